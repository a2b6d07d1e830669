#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fuzz_http.py SERVER MODEL.bonnet SECONDS SEED [CASE] - damaged HTTP at a real server (make fuzz-http: a build with ASan and UBSan).

Sound requests of every kind are cut, spliced, repeated, have bytes, lines and numbers changed, come in pieces, several behind each other, or never end. Whatever came, the server
must live, hold its memory and descriptors, and give the right answer to the next sound request; at the end it must leave with status 0 and without a word from a sanitizer, leaks
included. Case N of a seed is always the same bytes: the line that is printed sends it alone. Standard library only.
"""
import gzip, http.client, itertools, json, os, random, signal, socket, subprocess, sys, tempfile, threading, time, zlib

server, model, seconds, seed = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
only = int(sys.argv[5]) if len(sys.argv) > 5 else None
log = tempfile.TemporaryFile()
child = subprocess.Popen([server, "serve", model, "--listen", "127.0.0.1:0", "--timeout", "3000"], stdout=subprocess.PIPE, stderr=log, text=True,
                         env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1:quarantine_size_mb=8:thread_local_quarantine_size_kb=64", "UBSAN_OPTIONS": "halt_on_error=1"})
said = child.stdout.readline()
if not said.startswith("listening on http://"):
    sys.exit("fuzz_http.py: the server did not start: %s" % said)
port = int(said.rsplit(":", 1)[1])


def held():
    status = open("/proc/%d/status" % child.pid).read()
    return int(status.split("VmRSS:")[1].split()[0]), len(os.listdir("/proc/%d/fd" % child.pid))


def get(path):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    c.request("GET", path)
    r = c.getresponse()
    return r.status, r.read()


name = json.loads(get("/v2/health/live")[1]) and os.path.basename(model).rsplit(".", 1)[0]
meta = json.loads(get("/v2/models/" + name)[1])
size = meta["inputs"][0]["shape"][1] * meta["inputs"][0]["shape"][2] * meta["inputs"][0]["shape"][3]
shape = [1] + meta["inputs"][0]["shape"][1:]
pixels = bytes(i * 37 // 4 % 256 for i in range(size))


def infer(json_data=False, extra=b"", **more):
    tensor = {"name": "image", "datatype": "UINT8", "shape": shape}
    if json_data:
        tensor["data"] = list(pixels)
        text, tail, header = json.dumps({"inputs": [tensor], **more}).encode(), b"", b""
    else:
        tensor["parameters"] = {"binary_data_size": size}
        text, tail = json.dumps({"parameters": {"binary_data_output": True}, "inputs": [tensor], **more}).encode(), pixels
        header = b"Inference-Header-Content-Length: %d\r\n" % len(text)
    return b"POST /v2/models/%s/infer HTTP/1.1\r\nHost: x\r\n%s%sContent-Length: %d\r\n\r\n" % (name.encode(), header, extra, len(text + tail)) + text + tail


def chunked(body):
    return b"POST /v2/models/%s/infer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (name.encode(), len(body), body)


def packed(body, coding, pack):
    return b"POST /v2/models/%s/infer HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (name.encode(), coding, len(pack(body))) + pack(body)


text = infer(True).split(b"\r\n\r\n", 1)[1]
bomb = zlib.compress(bytes(1 << 26), 9)
seeds = [packed(text, b"gzip", lambda b: gzip.compress(b, mtime=0)), packed(text, b"deflate", zlib.compress), packed(b"", b"deflate", lambda _: bomb),
         infer(), infer(True), infer(id="a"), infer(True, outputs=[{"name": "label"}]), infer(extra=b"Connection: close\r\n"), chunked(b'{"inputs": []}'),
         infer(extra=b"Expect: 100-continue\r\n"), infer().replace(name.encode(), name.encode() + b".tail1")]
seeds += [b"%s %s HTTP/1.1\r\nHost: x\r\n\r\n" % (m, p) for m in (b"GET", b"POST", b"HEAD", b"PUT") for p in
          (b"/v2", b"/metrics", b"/v2/health/ready", b"/v2/models/" + name.encode(), b"/v2/models/" + name.encode() + b"/versions/1/infer", b"/v2/repository/index",
           b"/v2/repository/models/" + name.encode() + b"/load", b"/v2/models/stats", b"/v2/models/" + name.encode() + b"/config")]
words = [b"\r\n", b"\n", b"\0", b" ", b":", b"HTTP/1.0", b"HTTP/9.9", b"GET ", b"POST ", b"/../", b"%00", b"%", b"?a=b", b"Content-Length: 0\r\n", b"Content-Length: -1\r\n",
         b"Content-Length: 18446744073709551616\r\n", b"Transfer-Encoding: chunked\r\n", b"Inference-Header-Content-Length: 1\r\n", b"Host: y\r\n", b"Connection: keep-alive\r\n",
         b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"{", b"[", b'"', b"9" * 40, b"1e999", b"-", b"X: " + b"a" * 5000 + b"\r\n", b"\xff\xfe", b"\r\n " * 3, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]


def case(n):
    """Bytes, and the places where they are cut into pieces."""
    r = random.Random(seed * 1000003 + n)
    data = bytearray(b"".join(r.choice(seeds) for _ in range(r.choice((1, 1, 1, 2, 4)))))
    for _ in range(r.choice((1, 1, 2, 3, 8))):
        head = min(len(data), 400) if r.random() < 0.7 else len(data)  # most of it where the header fields are
        at = r.randrange(head + 1)
        kind = r.randrange(8)
        if kind == 0 and data:
            data[min(at, len(data) - 1)] ^= 1 << r.randrange(8)
        elif kind == 1:
            del data[at:at + r.choice((1, 2, 10, 100))]
        elif kind == 2:
            data[at:at] = r.choice(words)
        elif kind == 3:
            data[at:at] = data[at:at + r.choice((1, 20, 300))] * r.choice((1, 2, 50))
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            other = r.choice(seeds)
            data[at:] = other[r.randrange(len(other)):]
        elif kind == 6:
            data[at:at + r.randrange(9)] = bytes(r.randrange(256) for _ in range(r.randrange(9)))
        else:  # a number becomes another one
            digits = [i for i in range(head) if i < len(data) and 48 <= data[i] <= 57]
            if digits:
                data[r.choice(digits)] = r.choice(b"0123456789-")
    return bytes(data[:1 << 20]), sorted(r.randrange(len(data) + 1) for _ in range(r.choice((0, 0, 0, 1, 3))))


def send(n):
    data, cuts = case(n)
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(0.5)
    got = b""
    try:
        for a, b in zip([0] + cuts, cuts + [len(data)]):
            s.sendall(data[a:b])
            if cuts:
                time.sleep(0.0005)
        s.shutdown(socket.SHUT_WR)
        while len(got) < 1 << 20:
            part = s.recv(65536)
            if not part:
                break
            got += part
    except OSError:
        pass
    s.close()
    return got


def sound():
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    raw = infer()
    body = raw[raw.index(b"\r\n\r\n") + 4:]
    c.request("POST", "/v2/models/%s/infer" % name, body, {"Inference-Header-Content-Length": str(len(body) - size)})
    r = c.getresponse()
    return r.status, r.read()[-44:]


def fail(n, why):
    print("FAIL: %scase %d of seed %d: %s\nalone: %s" % ("" if only is not None else "not before ", n, seed, why, " ".join([*sys.argv[:3], "1", str(seed), str(n)])))
    child.kill()
    log.seek(0)
    print(log.read().decode(errors="replace")[-6000:], flush=True)
    os._exit(1)


def work(first):
    for n in itertools.count(first, THREADS) if only is None else [only]:
        if only is None and time.monotonic() > end:
            return
        try:
            got = send(n)
        except OSError as e:
            fail(max(0, n - 2 * THREADS), "nobody listens any more: %r" % e)
        key = got[9:12].decode("latin-1") if got.startswith(b"HTTP/1.1 ") else "none" if not got else "other"
        with lock:
            replies[key] = replies.get(key, 0) + 1
        if key == "other":
            fail(n, "the reply is no HTTP: %r" % got[:200])


def look(warm):
    """The next sound request, and what the server holds."""
    n = max(0, sum(replies.values()) - 100 * THREADS)
    try:
        if sound() != want:
            fail(n, "a sound request was answered otherwise")
        rss, fds = held()
    except (OSError, http.client.HTTPException) as e:
        fail(n, "the server is gone, or does not answer: %r" % e)
    if warm and rss > warm + 65536 or fds > first[1] + 2 * THREADS + 4:
        fail(n, "%d KiB (were %s), %d descriptors (were %d)" % (rss, warm, fds, first[1]))
    return rss


THREADS = 1 if only is not None else 24
want, replies, lock = sound(), {}, threading.Lock()
assert want[0] == 200 and len(want[1]) == 44, want
first, end, warm = held(), time.monotonic() + seconds, None
threads = [threading.Thread(target=work, args=(i,)) for i in range(THREADS)]
[t.start() for t in threads]
while any(t.is_alive() for t in threads):
    time.sleep(0.1)
    rss = look(warm)
    warm = warm or (rss if sum(replies.values()) >= 2000 else None)
for _ in range(50):
    if held()[1] <= first[1]:
        break
    time.sleep(0.1)
rss, fds = held()
n = sum(replies.values())
if fds > first[1]:
    fail(n, "%d descriptors, were %d" % (fds, first[1]))
child.send_signal(signal.SIGTERM)
try:
    status = child.wait(timeout=60)
except subprocess.TimeoutExpired:
    fail(n, "it does not end")
log.seek(0)
text = log.read().decode(errors="replace")
if status != 0 or "Sanitizer" in text or "runtime error" in text:
    fail(n, "the end: status %d" % status)
print("%d cases of seed %d: replies %s; %d KiB after the first 2000 cases, %d at the end; %d descriptors, %d" %
      (n, seed, " ".join("%s: %d" % k for k in sorted(replies.items())), warm or first[0], rss, first[1], fds))
