javac -d classes Erasures.java
port=$(python -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
java -cp "classes:$CLASSPATH" erasures.Erasures --server.address=127.0.0.1 --server.port="$port" >server.log 2>&1 &
server=$!
trap 'kill $server; wait $server || true' EXIT
call() { curl -s --retry 60 --retry-delay 1 --retry-all-errors "$@"; }
call -X DELETE "http://127.0.0.1:$port/contacts/0004260000000"
call -X DELETE -w ' %{http_code}\n' "http://127.0.0.1:$port/contacts/0199999999"
