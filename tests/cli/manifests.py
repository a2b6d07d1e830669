# SPDX-License-Identifier: Apache-2.0
"""manifests.py FILE... - the manifests of examples/serve by what Kubernetes' and KServe's references say of these fields. Prints a line of JSON for each container
that runs bonnet: its arguments, and the addresses of its HTTP probes. Exit 1 with a line where something is wrong."""
import json, re, sys
import yaml

NAME = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
QUANTITY = re.compile(r"^([0-9]+m|[0-9]+|[0-9]+(Ki|Mi|Gi))$")
VERSIONS = {"Deployment": "apps/v1", "Service": "v1", "ServingRuntime": "serving.kserve.io/v1alpha1", "InferenceService": "serving.kserve.io/v1beta1"}
POD = {"containers", "volumes", "securityContext", "terminationGracePeriodSeconds", "nodeSelector", "tolerations", "hostNetwork"}
CONTAINER = {"name", "image", "args", "ports", "startupProbe", "readinessProbe", "livenessProbe", "resources", "securityContext", "volumeMounts"}
RUNTIME = {"supportedModelFormats", "protocolVersions", "multiModel", "containers"}
PROBE = {"httpGet", "tcpSocket", "periodSeconds", "failureThreshold", "timeoutSeconds"}
path = ""


def check(good, what):
    if not good:
        sys.exit("FAIL %s: %s" % (path, what))


def only(o, known, where):
    check(set(o) <= known, "%s: unknown %s" % (where, set(o) - known))


def container(c, volumes):
    only(c, CONTAINER, "container")
    args, ports = c["args"], {p["name"]: p["containerPort"] for p in c["ports"]}
    check(args[0] == "serve" and all(isinstance(a, str) for a in args), "arguments are texts, and begin with serve: %s" % args)
    check(list(ports.values()) == [int(args[args.index("--listen") + 1].rsplit(":", 1)[1])], "ports %s, arguments %s" % (ports, args))
    gets = []
    for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
        p = c.get(kind)
        if not p:
            continue
        only(p, PROBE, kind)
        check(("httpGet" in p) != ("tcpSocket" in p), "%s: httpGet or tcpSocket" % kind)
        q = p.get("httpGet") or p["tcpSocket"]
        check(q["port"] in ports or q["port"] in ports.values(), "%s: no port %s" % (kind, q["port"]))
        check("httpGet" not in p or "--ca" not in args, "%s: the kubelet has no client certificate" % kind)
        gets += [p["httpGet"]["path"]] if "httpGet" in p else []
    check("livenessProbe" in c, "no livenessProbe")
    r = c["resources"]
    check("memory" in r["limits"] and "cpu" in r["requests"], "resources: %s" % r)
    check(all(QUANTITY.match(str(v)) for part in r.values() for v in part.values()), "resources: %s" % r)
    for m in c.get("volumeMounts", []):
        check(m["name"] in volumes and m["mountPath"].startswith("/"), "mount %s" % m)
    for a in args:
        mounted = a.startswith("/mnt/models/") or any(a.startswith(m["mountPath"] + "/") for m in c.get("volumeMounts", []))
        check(not a.startswith("/") or mounted, "%s is on no volume" % a)
    print(json.dumps({"file": path, "args": args, "gets": gets}))


for path in sys.argv[1:]:
    text = open(path).read()
    check("NOT EXERCISED HERE" in text.split("\n\n")[0], "the head does not say that it was not exercised")
    documents = list(yaml.safe_load_all(text))
    labels, ports, runtimes = [], set(), set()
    for d in documents:
        only(d, {"apiVersion", "kind", "metadata", "spec"}, "document")
        check(VERSIONS.get(d["kind"]) == d["apiVersion"] and NAME.match(d["metadata"]["name"]), "%s %s %s" % (d["apiVersion"], d["kind"], d["metadata"]))
        spec = d["spec"]
        if d["kind"] == "Deployment":
            only(spec, {"replicas", "selector", "strategy", "template"}, "Deployment")
            pod, mine = spec["template"]["spec"], spec["template"]["metadata"]["labels"]
            only(pod, POD, "pod")
            check(spec["selector"]["matchLabels"].items() <= mine.items(), "the selector does not select the template")
            labels.append(mine)
            for c in pod["containers"]:
                ports |= {p["name"] for p in c["ports"]}
                container(c, {v["name"] for v in pod["volumes"]})
        elif d["kind"] == "Service":
            check(any(spec["selector"].items() <= mine.items() for mine in labels), "the Service selects nothing")
            check(all(p["targetPort"] in ports for p in spec["ports"]), "the Service's ports")
        elif d["kind"] == "ServingRuntime":
            only(spec, RUNTIME, "ServingRuntime")
            check(spec["protocolVersions"] == ["v2"] and [c["name"] for c in spec["containers"]] == ["kserve-container"], "the runtime's protocol, container")
            runtimes |= {(d["metadata"]["name"], f["name"]) for f in spec["supportedModelFormats"]}
            container(spec["containers"][0], set())
        else:
            model = spec["predictor"]["model"]
            check((model["runtime"], model["modelFormat"]["name"]) in runtimes and model["protocolVersion"] == "v2" and "storageUri" in model, "%s" % model)
