/**
 * A project's web service for tests, of what a machine has: it answers with what it was asked, in JSON,
 * and turns a connection that asks for it into one that echoes.
 */
export function application(port: number): string {
  return `cat >/tmp/application.py <<'PYTHON'
import base64, hashlib, http.server, json, sys

class Application(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers.get("upgrade"):
            self.send_response(101)
            self.send_header("connection", "upgrade")
            self.send_header("upgrade", "websocket")
            key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_header("sec-websocket-accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
            self.end_headers()
            while data := self.connection.recv(4096):
                self.connection.sendall(data)
            return
        length = int(self.headers.get("content-length", 0))
        left = length
        while left > 0:
            left -= len(self.rfile.read(min(left, 65536)))
        said = json.dumps({"port": sys.argv[1], "path": self.path, "length": length, "headers": [[k.lower(), v] for k, v in self.headers.items()]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET
    def log_message(self, *args): pass

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 100

Server(("127.0.0.1", int(sys.argv[1])), Application).serve_forever()
PYTHON
systemd-run --quiet --unit=application-${port} python3 /tmp/application.py ${port}
timeout 20 bash -c 'until : >/dev/tcp/127.0.0.1/${port}; do sleep 0.1; done' 2>/dev/null`;
}
