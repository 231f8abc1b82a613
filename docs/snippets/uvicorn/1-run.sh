uvicorn --uds app.sock app:app &
server=$!
trap 'kill $server; wait $server || true' EXIT
call() { curl -s --retry 20 --retry-delay 1 --retry-all-errors --unix-socket app.sock "$@"; }
call -X DELETE http://localhost/contacts/0004260000000
call -X DELETE -w ' %{http_code}\n' http://localhost/contacts/0199999999
