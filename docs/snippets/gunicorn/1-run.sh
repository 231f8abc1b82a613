gunicorn --preload --workers 2 --bind unix:app.sock app &
server=$!
trap 'kill $server; wait $server' EXIT
call() { curl -s --retry 20 --retry-delay 1 --retry-all-errors --unix-socket app.sock "$@"; }
call -X DELETE http://localhost/contacts/0004260000000
call -X DELETE -w ' %{http_code}\n' http://localhost/contacts/0199999999
