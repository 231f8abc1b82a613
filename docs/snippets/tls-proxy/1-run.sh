openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=Corporate inspection" \
    -keyout roots.key -out corporate-roots.pem 2>openssl.log
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr 2>>openssl.log
printf 'subjectAltName=DNS:localhost\n' >names
openssl x509 -req -in server.csr -CA corporate-roots.pem -CAkey roots.key -days 1 -extfile names -out server.pem 2>>openssl.log
mkfifo port
python inspector.py &
server=$!
trap 'kill $server' EXIT
export DINGTALK_ENDPOINT="https://localhost:$(cat port)"
if dingtalk-extcontact check; then exit 1; fi
python option.py
. ./trust.sh
