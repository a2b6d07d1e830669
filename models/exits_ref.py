"""Integer-only inference of early exits, written from docs/operators.md as integer_ref.py is, whose steps it uses.

Branches are found by their outputs: all but `logits`. A branch of bonnet_nn/exits.py: downsample, 3x3 with XNOR, last 3x3, head.
"""
import onnx

import integer_ref


def load(path):
    """[(name, cut, branch)] in the order of the graph's outputs; cut: the trunk's layer behind whose map it begins."""
    r = integer_ref.Reader(path)
    made = {value: node for node in r.nodes.values() for value in node.output}
    exits = []
    for output in onnx.load(path).graph.output:
        name = output.name
        if name == "logits":
            continue
        source = made[r.nodes[name + ".downsample.conv"].input[0]].name
        layer = source.rpartition(".")[0]
        d = name + ".downsample"
        branch = dict(downsample=dict(r.binary_layer(d + ".conv", d + ".bn", d + ".slices"), pool=True, keeps=0),
                      conv1=r.binary_layer(name + ".conv1", name + ".bn1", name + ".slices1"),
                      conv2=dict(w=r.weight(name + ".conv2"), **r.steps(name + ".conv2")),
                      last=r.last(name, name + ".head"), head=r.head(name + ".head"),
                      scale=float(r.metadata["bonnet.logit_scale." + name]))
        exits.append((name, layer + (".conv" if layer == "stem" else ".conv2"), branch))
    return exits


def infer(branch, x):
    """bits [N,k,C,H,W] of the cut -> integer logits [N,classes]"""
    r = integer_ref.downsample(x, branch["downsample"])
    b = 1 ^ integer_ref.sliced(r, branch["conv1"]) ^ r
    return integer_ref.finish(b, branch)


def infer_all(path, images):
    """{output: integer logits} of all exits and of the network's end, as `logits`"""
    kept = {}
    logits = integer_ref.infer(integer_ref.load(path), images, kept)
    return dict({name: infer(branch, kept[cut]) for name, cut, branch in load(path)}, logits=logits)
