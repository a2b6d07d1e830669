# SPDX-License-Identifier: Apache-2.0
"""serve.py PORT MODE ... - what curl cannot: raw bytes, slow clients, many connections at once. Standard library only.
With SERVE_CA, SERVE_CERT and SERVE_KEY (PEM files) in the environment by TLS.

  infer MODEL RAW COUNT            logits of COUNT copies by binary and by JSON (flat, nested), printed as one list; all must agree
  parallel MODEL RAW,RAW N EACH    N connections at once, EACH requests on each, of one and more images; every reply must be as when asked alone
  loop MODEL RAW N                 N requests on one connection
  deadline MODEL RAW N US          N requests at once with that deadline; prints how many were answered with which status
  vanish MODEL RAW N               N requests, and nobody waits for the answers
  half MODEL RAW N                 N clients that send half a request and hang up
  load MODEL RAW N                 N connections that ask until they are told to stop; says how many replies were lost
  steady MODEL RAW N FILE          N connections that ask until FILE is there; every reply must be 200 and that of the version that it names
  slow [tls|nothing]               a request, or a TLS handshake, that comes byte by byte; prints the seconds until the server hangs up
  once MODEL RAW                   the status of one request
  pace MODEL RAW N                 milliseconds of one request on a kept connection, median of N
  expiry SECONDS                   a certificate that is over by then: statuses before and after, 0: hung up; on a kept connection, and when the session is resumed
  handshakes N                     milliseconds of connection, handshake and one GET, N times with a new session and N times with that of before
  raw                              what stdin has is sent; prints the status line, or "closed"
"""
import http.client, json, os, socket, ssl, struct, sys, threading, time

port, mode, args = int(sys.argv[1]), sys.argv[2], sys.argv[3:]


secure = "SERVE_CA" in os.environ


def trust():
    """Of each connection its own: threads that share one have been seen to crash in OpenSSL."""
    context = ssl.create_default_context(cafile=os.environ["SERVE_CA"])
    context.load_cert_chain(os.environ["SERVE_CERT"], os.environ["SERVE_KEY"])
    return context


def connect():
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=trust()) if secure else http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def metadata(model):
    c = connect()
    c.request("GET", "/v2/models/" + model)
    return json.load(c.getresponse())


def binary(meta, raw, n, **parameters):
    t = meta["inputs"][0]
    head = json.dumps({"id": "i-%d" % n, "parameters": {"binary_data_output": True, **parameters},
                       "inputs": [{"name": t["name"], "datatype": t["datatype"], "shape": [n] + t["shape"][1:],
                                   "parameters": {"binary_data_size": n * len(raw)}}]}).encode()
    return head + n * raw, {"Inference-Header-Content-Length": str(len(head))}


def answer(r):
    """Status, JSON and logits of a reply, binary or not."""
    body, header = r.read(), r.getheader("Inference-Header-Content-Length")
    j = json.loads(body[:int(header)] if header else body)
    if r.status != 200:
        return r.status, j, None
    at, got = int(header or 0), {}
    for o in j["outputs"]:
        size = o.get("parameters", {}).get("binary_data_size")
        got[o["name"]] = list(struct.unpack("<%di" % (size // 4), body[at:at + size])) if size else o["data"]
        at += size or 0
    assert not header or at == len(body), (at, len(body))
    assert j["parameters"]["bonnet_queue_us"] >= 0 and j["parameters"]["bonnet_compute_us"] > 0, j
    return r.status, j, got


def ask(c, model, body, headers):
    c.request("POST", "/v2/models/%s/infer" % model, body, headers)
    return answer(c.getresponse())


def nest(flat, shape):
    if len(shape) == 1:
        return flat
    step = len(flat) // shape[0]
    return [nest(flat[i * step:(i + 1) * step], shape[1:]) for i in range(shape[0])]


def infer(model, path, count):
    raw, n, meta, c = open(path, "rb").read(), int(count), metadata(model), connect()
    t = meta["inputs"][0]
    shape = [n] + t["shape"][1:]
    status, j, first = ask(c, model, *binary(meta, raw, n, bonnet_digest=meta["parameters"]["bonnet_digest"]))
    assert status == 200 and j["id"] == "i-%d" % n and j["model_version"] == meta["versions"][0], j
    classes = meta["outputs"][0]["shape"][1]
    assert [o["shape"] for o in j["outputs"]] == [[n, classes], [n]], j
    sock = c.sock
    for data in (list(n * raw), nest(list(n * raw), shape)):
        body = json.dumps({"inputs": [{"name": t["name"], "datatype": t["datatype"], "shape": shape, "data": data}]})
        status, j, other = ask(c, "%s/versions/%s" % (model, meta["versions"][0]), body, {})
        assert status == 200 and other == first and "id" not in j, (j, other, first)
    assert c.sock is sock and sock, "the connection was not kept"
    rows = [first["logits"][i * classes:(i + 1) * classes] for i in range(n)]
    assert all(r == rows[0] for r in rows) and first["label"] == n * [rows[0].index(max(rows[0]))], first
    status, j, one = ask(c, model, json.dumps({"outputs": [{"name": "label"}], "inputs": [{"name": t["name"], "datatype": t["datatype"],
                         "shape": shape, "data": list(n * raw)}]}), {})
    assert status == 200 and list(one) == ["label"] and one["label"] == first["label"], j
    print(rows[0])


def threads(n, work):
    all_of = [threading.Thread(target=work, args=(i,)) for i in range(n)]
    [t.start() for t in all_of]
    [t.join() for t in all_of]


def parallel(model, paths, n, each):
    meta, right, lock, gate = metadata(model), [0], threading.Lock(), threading.Barrier(int(n))
    requests = [binary(meta, open(p, "rb").read(), 1 + i) for i, p in enumerate(paths.split(","))]
    wanted = [ask(connect(), model, *r)[2] for r in requests]
    assert len({str(w["logits"][:10]) for w in wanted}) == len(wanted), "the images have the same logits"

    def work(i):
        c = connect()
        (body, headers), want = requests[i % len(requests)], wanted[i % len(requests)]
        c.connect()
        gate.wait()
        for _ in range(int(each)):
            while True:
                status, j, got = ask(c, model, body, headers)
                if status != 503 or "full" not in j["error"]:
                    break
                time.sleep(0.01)
            with lock:
                right[0] += status == 200 and got == want
    threads(int(n), work)
    print("%d of %d right" % (right[0], int(n) * int(each)))


def loop(model, path, n):
    raw, meta, c = open(path, "rb").read(), metadata(model), connect()
    body, headers = binary(meta, raw, 1)
    want = ask(c, model, body, headers)[2]
    sock = c.sock
    right = sum(ask(c, model, body, headers)[2] == want for _ in range(int(n)))
    print("%d of %s right on %s" % (right, n, "one connection" if c.sock is sock else "several connections"))


def deadline(model, path, n, us):
    raw, meta = open(path, "rb").read(), metadata(model)
    seen, lock, gate, slowest = {}, threading.Lock(), threading.Barrier(int(n)), [0]

    def work(_):
        c = connect()
        c.connect()
        gate.wait()
        start = time.monotonic()
        c.request("POST", "/v2/models/%s/infer" % model, *binary(meta, raw, 1, timeout=int(us)))
        r = c.getresponse()
        took = time.monotonic() - start
        status, j, _ = answer(r)
        assert status != 503 or int(r.getheader("Retry-After")) >= 1, r.getheaders()
        with lock:
            seen[status] = seen.get(status, 0) + 1
            slowest[0] = max(slowest[0], took)
    threads(int(n), work)
    print(" ".join("%d:%d" % s for s in sorted(seen.items())), "slowest %.3f" % slowest[0])


def vanish(model, path, n):
    meta = metadata(model)
    body, headers = binary(meta, open(path, "rb").read(), 1)
    all_of = [connect() for _ in range(int(n))]
    for c in all_of:
        c.request("POST", "/v2/models/%s/infer" % model, body, headers)
    [c.close() for c in all_of]
    print("gone")


def half(model, path, n):
    body, headers = binary(metadata(model), open(path, "rb").read(), 1)
    for _ in range(int(n)):
        s = socket.create_connection(("127.0.0.1", port))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # the bytes and the end arrive together
        head = "".join("%s: %s\r\n" % h for h in [*headers.items(), ("Host", "x"), ("Content-Length", len(body))])
        s.sendall(("POST /v2/models/%s/infer HTTP/1.1\r\n%s\r\n" % (model, head)).encode() + body[:len(body) // 2])
        s.close()
    print("gone")


def load(model, path, n):
    """Requests whose bytes were all sent on an established connection must be answered, whole: 200 or 503."""
    raw, meta = open(path, "rb").read(), metadata(model)
    body, headers = binary(meta, raw, 1)
    ok, refused, lost, lock = [0], [0], [], threading.Lock()

    def work(i):
        c = connect()
        c.connect()
        while True:
            time.sleep(0.1 * (i % 3))  # some connections are idle when the server is told to stop
            try:
                c.request("POST", "/v2/models/%s/infer" % model, body, headers)
                r = c.getresponse()
                status, j, got = answer(r)
            except Exception as e:  # noqa: BLE001 - whatever it is, an answer is missing
                with lock:
                    lost.append(repr(e))
                return
            with lock:
                ok[0] += status == 200
                refused[0] += status == 503
            if r.getheader("Connection") == "close":
                return
    print("ready", flush=True)
    threads(int(n), work)
    print("answered %d refused %d lost %d %s" % (ok[0] > 0, refused[0], len(lost), lost[:2]))


def steady(model, path, n, stop):
    raw, meta = open(path, "rb").read(), metadata(model)
    (body, headers), lock = binary(meta, raw, 1), threading.Lock()
    seen, answered, lost = {}, [0], []

    def work(_):
        c = connect()
        while not os.path.exists(stop):
            try:
                status, j, got = ask(c, model, body, headers)
            except Exception as e:
                lost.append(repr(e))
                return
            with lock:
                answered[0] += 1
                if status != 200:
                    lost.append(str(j))
                else:
                    seen.setdefault(j["model_version"], set()).add(str(got))
            time.sleep(0.002)  # other tests want the processors, too
    print("ready", flush=True)
    threads(int(n), work)
    print("answered %d lost %d versions %d wrong %d" % (answered[0], len(lost), len(seen), sum(len(s) != 1 for s in seen.values())))
    for v, s in seen.items():
        print(v, *sorted(s))
    if lost:
        sys.exit(lost[0])


def slow(what="http"):
    s = socket.create_connection(("127.0.0.1", port))
    start = time.monotonic()
    text = {"http": b"POST /v2/models/x/infer HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1\r\n" * 1000,
            "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500, "nothing": b""}[what]
    try:
        for b in text or 1000 * [None]:
            s.send(b"" if b is None else bytes([b]))
            s.settimeout(0.05)
            try:
                if not s.recv(1):
                    break
            except socket.timeout:
                pass
    except OSError:
        pass
    print("%.1f" % (time.monotonic() - start))


def once(model, path):
    print(ask(connect(), model, *binary(metadata(model), open(path, "rb").read(), 1))[0])


def pace(model, path, n):
    raw, meta, c, took = open(path, "rb").read(), metadata(model), connect(), []
    body, headers = binary(meta, raw, 1)
    for _ in range(int(n)):
        start = time.perf_counter()
        assert ask(c, model, body, headers)[0] == 200
        took.append(1e3 * (time.perf_counter() - start))
    print("median %.3f ms, 90th percentile %.3f" % (sorted(took)[len(took) // 2], sorted(took)[len(took) * 9 // 10]))


def expiry(seconds):
    """A certificate that is over after so many seconds: on a kept connection, and with a session of before."""
    context = trust()

    def opened(session=None):
        return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=60), server_hostname="127.0.0.1", session=session)

    def get(s):
        try:
            s.sendall(b"GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n")
            r = http.client.HTTPResponse(s)
            r.begin()
            return r.status if r.read() else 0
        except (OSError, http.client.HTTPException):
            return 0
    end, kept, first = time.monotonic() + float(seconds) + 1, opened(), opened()
    before = get(kept), get(first)
    second = opened(first.session)
    before += (get(second), second.session_reused)
    session = second.session
    first.close()
    second.close()
    asked = 0
    while get(kept) == 200:  # without a pause that would be too long for the server
        asked += 1
        time.sleep(0.2)
    kept.close()
    time.sleep(max(0, end - time.monotonic()))
    third = opened(session)
    print("before", *before, "kept for", asked, "after", get(third), third.session_reused)


def handshakes(n):
    context = trust()
    for kept in (False, True):
        took, resumed, session = [], 0, None
        for _ in range(int(n)):
            start = time.perf_counter()
            s = context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="127.0.0.1", session=session if kept else None)
            s.sendall(b"GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n")
            assert s.recv(4096).startswith(b"HTTP/1.1 200")
            took.append(1e3 * (time.perf_counter() - start))
            resumed, session = resumed + s.session_reused, s.session
            s.close()
        took.sort()
        print("%d of %s resumed, median %.2f ms, 90th percentile %.2f" % (resumed, n, took[len(took) // 2], took[len(took) * 9 // 10]))


def raw():
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(20)
    try:
        s.sendall(sys.stdin.buffer.read())
        got = s.recv(65536)
    except OSError:
        got = b""
    print(got.split(b"\r\n")[0].decode("latin-1") if got else "closed")


globals()[mode](*args)
