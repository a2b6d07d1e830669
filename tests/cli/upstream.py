# SPDX-License-Identifier: Apache-2.0
"""upstream.py REAL_PORT MODE_FILE - a server that behaves as the word in MODE_FILE says, request by request; prints its port. Standard library only.

What it answers well it asks the real server. Modes: good; crawl (as over a slow link: each request takes its time); hang, slow (byte by byte), reset, half (the connection ends in the midst of a reply), garbage, nohttp,
shape, classes, version, id, json (a length of the JSON that cannot be), huge (a terabyte is promised), endless (no end), fields (header fields without end), 500, 504,
503 (Retry-After: 1), 404, 409, 302: what becomes of an inference. notready, mute (no request is answered), digest, nomodel, noise: of the questions before it.
plain: all in JSON, as from a server without binary tensors; float: the same with FP32.
"""
import http.client, http.server, json, socket, socketserver, struct, sys, time

real, mode_file = int(sys.argv[1]), sys.argv[2]


def mode():
    return open(mode_file).read().strip()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def ask(self, method, body=None):
        headers = {k: v for k, v in self.headers.items() if k.lower().startswith(("inference", "content"))}
        c = http.client.HTTPConnection("127.0.0.1", real, timeout=30)
        c.request(method, self.path, body, headers)
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, r.getheader("Inference-Header-Content-Length"), data

    def send(self, status, data, header=None, length=None, **more):
        self.send_response(status)
        self.send_header("Content-Length", len(data) if length is None else length)
        if header:
            self.send_header("Inference-Header-Content-Length", header)
        for k, v in more.items():
            self.send_header(k.replace("_", "-"), v)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        m = mode()
        if m == "mute":
            time.sleep(30)
        if m == "notready" and self.path.endswith("/ready"):
            return self.send(503, b'{"error":"not yet"}')
        if m == "noise":
            return self.send(200, bytes(range(256)) * 20)
        status, _, data = self.ask("GET")
        if self.path.startswith("/v2/models/"):
            if m == "nomodel":
                return self.send(404, b'{"error":"no such model"}')
            if m == "digest":
                j = json.loads(data)
                j["parameters"]["bonnet_digest"] = "f" * 64
                data = json.dumps(j).encode()
            if m == "float":
                data = data.replace(b"INT32", b"FP32")
        if self.path == "/v2" and m in ("plain", "float"):
            data = b'{"name":"other","version":"1","extensions":[]}'
        self.send(status, data)

    def plain(self, body, floats):
        assert "Inference-Header-Content-Length" not in self.headers, "binary, and nobody said that this is known"
        status, _, data = self.ask("POST", body)
        if floats:
            j = json.loads(data)
            for o in j["outputs"]:
                o["datatype"], o["data"] = "FP32", [x / 65536 for x in o["data"]]
            data = json.dumps(j).encode()
        self.send(status, data)

    def do_POST(self):
        m = mode()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if m in ("plain", "float"):
            return self.plain(body, m == "float")
        if m.isdigit():
            more = {"503": {"Retry_After": "1"}, "302": {"Location": "http://127.0.0.1:9/"}}.get(m, {})
            return self.send(int(m), b'{"error":"mode"}', **more)
        if m == "crawl":
            time.sleep(0.03)
        if m == "hang":
            return time.sleep(30)
        if m == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return self.connection.close()
        if m == "nohttp":
            self.wfile.write(b"\x16\x03\x01 this is no HTTP at all\r\n\r\n" * 20)
            self.close_connection = True
            return
        if m == "fields":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                self.wfile.write(b"X-Field: " + b"x" * 1000 + b"\r\n")
        if m == "endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                self.wfile.write(b"x" * 10000)
        status, header, data = self.ask("POST", body)
        json_bytes, rest = data[:int(header)], data[int(header):]
        if m == "garbage":
            data = bytes((b * 7 + 13) & 255 for b in data)
        elif m in ("shape", "classes", "version", "id"):
            j = json.loads(json_bytes)
            o = j["outputs"][0]
            if m == "shape":
                o["shape"] = [2, 5]
            elif m == "classes":
                o["shape"], o["parameters"]["binary_data_size"], rest = [1, 2], 8, rest[:8]
            elif m == "version":
                j["model_version"] = "feedfeedfeed"
            else:
                j["id"] = "4711"
            head = json.dumps(j).encode()
            data, header = head + rest, str(len(head))
        elif m == "json":
            header = "99999999"
        elif m == "huge":
            return self.send(status, data + b"x" * 1000000, header, 10**12)
        elif m == "half":
            self.send(status, data[:len(data) // 2], header, len(data))
            self.close_connection = True
            return
        elif m == "slow":
            self.send_response(200)
            self.send_header("Content-Length", len(data))
            self.send_header("Inference-Header-Content-Length", header)
            self.end_headers()
            for b in data:
                self.wfile.write(bytes([b]))
                time.sleep(0.1)
            return
        self.send(status, data, header)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        if isinstance(sys.exc_info()[1], AssertionError):
            super().handle_error(request, address)  # the rest are clients that have had enough


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
