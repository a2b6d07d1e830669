# SPDX-License-Identifier: Apache-2.0
"""serve_clients.py PORT MODEL RAW - requests as Triton's HTTP client and KServe's REST client put them on the wire, and their replies read as those clients read them.

Every request that the clients can make is here: it works, or is refused by a status and one line. Replies are held against the schema of the Open Inference
Protocol (open_inference_rest.yaml), in words of this file. Standard library only. Prints how many exchanges there were.
"""
import gzip, http.client, json, struct, sys, uuid, zlib

port, model, raw = int(sys.argv[1]), sys.argv[2], open(sys.argv[3], "rb").read()
made = 0
conn = http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def ask(method, path, body=None, headers=None):
    """Status, header fields, body; one kept connection, as both clients do."""
    global made
    made += 1
    conn.request(method, path, body, headers or {})
    r = conn.getresponse()
    return r.status, r, r.read()


def check(good, what):
    if not good:
        sys.exit("FAIL exchange %d: %s" % (made, what))


def is_text(v):
    return isinstance(v, str)


def texts(v):
    return isinstance(v, list) and all(map(is_text, v))


def whole(v):
    return isinstance(v, int) and not isinstance(v, bool)


def wholes(v):
    return isinstance(v, list) and all(map(whole, v))


def flat(v):
    for e in v:
        yield from flat(e) if isinstance(e, list) else [e]


def refused(reply, statuses, words=""):
    status, r, body = reply
    check(status in statuses, "status %d, wanted one of %s: %s" % (status, statuses, body[:200]))
    check(r.getheader("Content-Type") == "application/json", "an error that is no JSON")
    j = json.loads(body)
    check(list(j) == ["error"] and is_text(j["error"]) and j["error"] and "\n" not in j["error"], "an error is one line: %s" % j)
    check(words in j["error"], "'%s' does not say '%s'" % (j["error"], words))


def fine(reply):
    status, r, body = reply
    check(status == 200, "status %d: %s" % (status, body[:300]))
    return json.loads(body)


# What there is.
for path in ("/v2/health/live", "/v2/health/ready", "/v2/models/%s/ready" % model):
    fine(ask("GET", path))
check(fine(ask("GET", "/v2/health/live")).get("live") is True, "KServe's client wants 'live'")
check(fine(ask("GET", "/v2/health/ready")).get("ready") is True, "KServe's client wants 'ready'")
for path in ("/v2", "/v2/", "/v2?verbose=1"):
    m = fine(ask("GET", path))
    check(is_text(m["name"]) and is_text(m["version"]) and texts(m["extensions"]), "server metadata: %s" % m)
for e in ("binary_tensor_data", "classification", "model_configuration", "statistics"):
    check(e in m["extensions"], "no extension " + e)
meta = fine(ask("GET", "/v2/models/" + model))
check(is_text(meta["name"]) and is_text(meta["platform"]) and texts(meta["versions"]) and meta["versions"], "model metadata: %s" % meta)
for t in meta["inputs"] + meta["outputs"]:
    check(is_text(t["name"]) and is_text(t["datatype"]) and wholes(t["shape"]), "tensor: %s" % t)
version, labels = meta["versions"][0], meta["parameters"]["bonnet_labels"]
check(fine(ask("GET", "/v2/models/%s/versions/%s" % (model, version))) == meta, "metadata of the version")
fine(ask("GET", "/v2/models/%s/versions/%s/ready" % (model, version)))
for tail in ("", "/ready", "/config", "/stats"):
    refused(ask("GET", "/v2/models/none" + tail), (404,), "no model 'none'")
    refused(ask("GET", "/v2/models/%s/versions/9%s" % (model, tail)), (404,), "has version")
config = fine(ask("GET", "/v2/models/%s/config" % model))
check(config == fine(ask("GET", "/v2/models/%s/versions/%s/config" % (model, version))), "config of the version")
check(config["name"] == model and whole(config["max_batch_size"]) and config["max_batch_size"] > 0, "config: %s" % config)
for mine, theirs in zip(config["input"] + config["output"], meta["inputs"] + meta["outputs"]):
    dims = mine["reshape"]["shape"] if "reshape" in mine else mine["dims"]
    check(mine["name"] == theirs["name"] and mine["data_type"] == "TYPE_" + theirs["datatype"] and [-1] + dims == theirs["shape"], "%s %s" % (mine, theirs))

# What Triton's client may ask for and is not here.
index = ask("POST", "/v2/repository/index", "")
if index[0] == 200:
    check(isinstance(json.loads(index[2]), list), "the repository's index is a list")
else:
    refused(index, (401, 403, 404, 405))
for method, path, body in (("POST", "/v2/trace/setting", "{}"), ("GET", "/v2/trace/setting", None), ("GET", "/v2/models/%s/trace/setting" % model, None),
                           ("POST", "/v2/logging", "{}"), ("GET", "/v2/logging", None), ("GET", "/v2/systemsharedmemory/status", None),
                           ("POST", "/v2/systemsharedmemory/region/a/register", '{"key": "/a", "offset": 0, "byte_size": 1}'),
                           ("POST", "/v2/systemsharedmemory/unregister", ""), ("GET", "/v2/cudasharedmemory/status", None),
                           ("POST", "/v2/models/%s/generate" % model, "{}")):
    refused(ask(method, path, body), (404, 405))

shape = [1] + meta["inputs"][0]["shape"][1:]
tensor = {"name": meta["inputs"][0]["name"], "shape": shape, "datatype": meta["inputs"][0]["datatype"]}
classes = meta["outputs"][0]["shape"][1]


def triton(outputs=None, binary=True, request_id="", parameters=None, n=1, request_coding=None, reply_coding=None, at="", change=None):
    """A request in the order of fields that Triton's client has, and its reply as that client decodes it: JSON, tensors by name."""
    t = dict(tensor, shape=[n] + shape[1:])
    if binary:
        t["parameters"] = {"binary_data_size": n * len(raw)}
    else:
        t["data"] = list(n * raw)
    if change:
        change(t)
    j, p = {}, dict(parameters or {})
    if request_id:
        j["id"] = request_id
    j["inputs"] = [t]
    if outputs:
        j["outputs"] = [{"name": name, "parameters": q} for name, q in outputs]
    else:
        p["binary_data_output"] = True
    if p:
        j["parameters"] = p
    head = json.dumps(j, separators=(",", ":")).encode()
    body, headers = head + n * raw if binary else head, {}
    if request_coding:
        headers["Content-Encoding"] = request_coding
        body = gzip.compress(body) if request_coding == "gzip" else zlib.compress(body)
    if reply_coding:
        headers["Accept-Encoding"] = reply_coding
    if binary:
        headers["Inference-Header-Content-Length"] = str(len(head))
    return ask("POST", "/v2/models/%s%s/infer" % (model, at), body, headers)


def decoded(reply, want_id=None):
    status, r, body = reply
    check(status == 200, "status %d: %s" % (status, body[:300]))
    coding, header = r.getheader("Content-Encoding"), r.getheader("Inference-Header-Content-Length")
    body = gzip.decompress(body) if coding == "gzip" else zlib.decompress(body) if coding == "deflate" else body
    j = json.loads(body[:int(header)] if header else body)
    check(is_text(j["model_name"]) and j["model_name"] == model and is_text(j.get("model_version", "")) and isinstance(j["outputs"], list), "reply: %s" % j)
    check(j.get("id") == want_id, "id %s, wanted %s" % (j.get("id"), want_id))
    at, got = int(header or 0), {}
    for o in j["outputs"]:
        check(is_text(o["name"]) and wholes(o["shape"]) and is_text(o["datatype"]) and isinstance(o.get("parameters", {}), dict), "output: %s" % o)
        size = o.get("parameters", {}).get("binary_data_size")
        check((size is None) == ("data" in o), "data, or its size: %s" % o)
        if size is None:
            values = list(flat(o["data"]))
        elif o["datatype"] == "BYTES":
            part, values = body[at:at + size], []
            while part:
                n = struct.unpack("<I", part[:4])[0]
                values.append(part[4:4 + n].decode())
                part = part[4 + n:]
        else:
            values = list(struct.unpack("<%di" % (size // 4), body[at:at + size]))
        at += size or 0
        count = 1
        for d in o["shape"]:
            count *= d
        check(len(values) == count, "%d values for %s" % (len(values), o["shape"]))
        got[o["name"]] = (o["datatype"], o["shape"], values)
    check(at == len(body) or not header, "%d of %d bytes are tensors" % (at, len(body)))
    return got, coding


before = fine(ask("GET", "/v2/models/%s/stats" % model))["model_stats"][0]
want, _ = decoded(triton())
check(want["logits"][:2] == ("INT32", [1, classes]) and want["label"][:2] == ("INT32", [1]), "%s" % want)
done = 1
logits = want["logits"][2]
order = sorted(range(classes), key=lambda i: (-logits[i], i))
check(want["label"][2] == [order[0]], "the label is the largest logit")
for binary in (True, False):
    for out in (True, False):
        for coding in (None, "gzip", "deflate"):
            got, _ = decoded(triton([("label", {"binary_data": out}), ("logits", {"binary_data": out})], binary, "id-1", request_coding=coding), "id-1")
            check(got == want and list(got) == ["label", "logits"], "%s %s %s" % (binary, out, coding))
            done += 1
images = done
for coding in ("gzip", "deflate", "gzip, deflate", "br;q=1, gzip;q=0, deflate;q=0.5", "identity", "*"):
    got, used = decoded(triton([("logits", {"binary_data": False})], n=8, reply_coding=coding))
    check(got["logits"][2] == 8 * logits, coding)
    check(used == {"gzip": "gzip", "deflate": "deflate", "gzip, deflate": "gzip", "br;q=1, gzip;q=0, deflate;q=0.5": "deflate"}.get(coding), "%s gave %s" % (coding, used))
    done, images = done + 1, images + 8
for top in (1, 3, classes, classes + 5):
    for out in (True, False):
        got, _ = decoded(triton([("logits", {"classification": top, "binary_data": out}), ("label", {"binary_data": out})], n=2))
        n = min(top, classes)
        check(got["logits"] == ("BYTES", [2, n], 2 * ["%d:%d:%s" % (logits[i], i, labels[i]) for i in order[:n]]), "top %d: %s" % (top, got))
        check(got["label"][2] == 2 * [order[0]], "%s" % got)
        done, images = done + 1, images + 2
decoded(triton(parameters={"sequence_id": 7, "sequence_start": True, "sequence_end": False, "priority": 2, "timeout": 20000000, "mine": "x"}))
decoded(triton(at="/versions/" + version))
done, images = done + 2, images + 2
after = fine(ask("GET", "/v2/models/%s/versions/%s/stats" % (model, version)))["model_stats"][0]
stats = after["inference_stats"]
check(after["name"] == model and after["version"] == version and whole(after["last_inference"]), "%s" % after)
check(after["inference_count"] - before["inference_count"] == images, "%d images, %d counted" % (images, after["inference_count"] - before["inference_count"]))
check(stats["success"]["count"] - before["inference_stats"]["success"]["count"] == done, "%d requests: %s" % (done, stats))
check(0 < after["execution_count"] <= after["inference_count"] and after["last_inference"] > 10 ** 12, "%s" % after)
for key in ("success", "fail", "queue", "compute_input", "compute_infer", "compute_output"):
    check(whole(stats[key]["count"]) and whole(stats[key]["ns"]), "%s: %s" % (key, stats[key]))
check(stats["compute_infer"]["ns"] > 0 and stats["success"]["ns"] >= stats["compute_infer"]["ns"], "%s" % stats)
everyone = fine(ask("GET", "/v2/models/stats"))["model_stats"]
check(model in [m["name"] for m in everyone] and len(everyone) > 1, "statistics of all models")

# What it may send and is refused.
refused(triton([("logits", {"shared_memory_region": "a", "shared_memory_byte_size": 40, "binary_data": False})]), (400,), "shared memory")
refused(triton(change=lambda t: t.update(parameters={"shared_memory_region": "a", "shared_memory_byte_size": 784})), (400,), "shared memory")
refused(triton([("label", {"classification": 1})]), (400,), "classification")
refused(triton([("logits", {"classification": -1})]), (400,), "classification")
refused(triton(change=lambda t: t.update(datatype="FP32")), (400,), "datatype")
refused(triton(change=lambda t: t.update(name="other")), (400,), "name")
refused(triton(at="/versions/7"), (404,), "version")
fails = fine(ask("GET", "/v2/models/%s/stats" % model))["model_stats"][0]["inference_stats"]["fail"]["count"]
check(fails - stats["fail"]["count"] == 7, "7 failures, %d counted" % (fails - stats["fail"]["count"]))

# Compressed bodies that are none, or more than they look.
url, plain = "/v2/models/%s/infer" % model, json.dumps({"inputs": [dict(tensor, data=list(raw))]}).encode()
check(ask("POST", url, zlib.compress(plain)[2:-4], {"Content-Encoding": "deflate"})[0] == 200, "a bare deflate stream")
refused(ask("POST", url, plain, {"Content-Encoding": "br"}), (415,), "gzip or deflate")
refused(ask("POST", url, plain, {"Content-Encoding": "gzip, deflate"}), (415,), "gzip or deflate")
for coding, packed in (("gzip", gzip.compress(plain)), ("deflate", zlib.compress(plain))):
    for bad in (packed[:-1], packed[:20], packed[:-9] + b"\0" * 9, packed + b"x", b"", b"\0", plain):
        refused(ask("POST", url, bad, {"Content-Encoding": coding}), (400,))
    bomb = gzip.compress(b" " * (100 << 20), 9) if coding == "gzip" else zlib.compress(b" " * (100 << 20), 9)
    refused(ask("POST", url, bomb, {"Content-Encoding": coding}), (413,), "unpacked")
    refused(ask("POST", url, bomb, {"Content-Encoding": coding, "Inference-Header-Content-Length": "100"}), (413,))

# KServe's client: the model's name once more, an id always, and what its HTTP library accepts.
for binary in (False, True):
    j = {"id": str(uuid.uuid4()), "model_name": model, "inputs": [dict(tensor, **({"parameters": {"binary_data_size": len(raw)}} if binary else {"data": list(raw)}))]}
    headers = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "python-httpx"}
    if binary:
        j["parameters"] = {"binary_data_output": True}
    body = json.dumps(j, separators=(",", ":")).encode()
    if binary:
        headers.update({"inference-header-content-length": str(len(body)), "content-type": "application/octet-stream"})
        body += raw
    got, _ = decoded(ask("POST", url, body, headers), j["id"])
    check(got == want, "KServe, binary %s: %s" % (binary, got))
j["model_name"] = "other"
refused(ask("POST", url, json.dumps(j)), (400,), "model_name")
print("%d exchanges" % made)
