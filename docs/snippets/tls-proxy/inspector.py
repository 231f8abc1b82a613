"""What a proxy that inspects TLS does to a client: DingTalk (here the sandbox) behind a certificate of its own."""

import http.server
import os
import ssl
import urllib.error
import urllib.request

UPSTREAM = os.environ["DINGTALK_ENDPOINT"]


class Inspector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = urllib.request.Request(UPSTREAM + self.path, body, {"Content-Type": self.headers["Content-Type"]})
        try:
            with urllib.request.urlopen(request) as reply:
                status, told = reply.status, reply.read()
        except urllib.error.HTTPError as error:
            status, told = error.code, error.read()
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inspector)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
with open("port", "w") as file:
    file.write(str(server.server_port))
server.serve_forever()
