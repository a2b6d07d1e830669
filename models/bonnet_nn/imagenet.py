"""BaseNet and BoolNet for ImageNet: what the networks are made of, without any numbers in them.

Names, shapes and order of a checkpoint of the published training code, the blocks that they make up, and the table of layers
(shapes, multiply-accumulates, weight bits). Plain Python: no torch, no numpy.
"""
from collections import OrderedDict, namedtuple

Spec = namedtuple("Spec", "name k boolnet star")
NETS = {spec.name: spec for spec in (
    Spec("basenet_k1", 1, False, False), Spec("basenet_k4", 4, False, False),
    Spec("boolnet_k4", 4, True, False), Spec("boolnet_k4_star", 4, True, True))}

WIDTHS = (64, 128, 256, 512)
BLOCKS = 2                                  # of every stage
OFFSETS = {1: (0.0,), 4: (-2 / 3, -1 / 3, 1 / 3, 2 / 3)}    # bit_j = (z + OFFSETS[k][j] >= 0)
SIZES = (32, 512)                           # of the square image
CLASSES = (10, 1000)
EPSILON = 1e-5                              # of every BatchNorm

# Pixels: q = round((x / 255 - MEAN) / STD * 127 / REACH), symmetric so that the padding of the first convolution stays 0.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
REACH = 2.64                                # the largest normalised pixel: (1 - 0.406) / 0.225

# inputs: channels of a slice that conv1 reads; halves: the block's input map has a working and a pass-through half
Block = namedtuple("Block", "name inputs channels stride dilation downsample pool halves last")


def blocks(spec):
    """The eight blocks in order of execution."""
    found, width = [], WIDTHS[0]
    for stage, channels in enumerate(WIDTHS):
        stretched = spec.star and stage == 3            # the dilated network keeps the map of stage 3 in stage 4
        for i in range(BLOCKS):
            first = stage > 0 and i == 0
            found.append(Block(
                f"layer{stage + 1}.{i}", width if first else channels, channels,
                2 if first and not stretched else 1, 2 if stretched and i else 1, first, first and not stretched,
                not first and width == 2 * channels, stage == 3 and i == BLOCKS - 1))
            width = channels * (2 if spec.boolnet else 1)
    return found


def pool_index(block):
    """Place of the BatchNorm in the downsample branch: after the pool, where there is one."""
    return 2 if block.pool else 1


def _batch_norm(into, name, channels):
    for field in ("weight", "bias", "running_mean", "running_var"):
        into[f"{name}.{field}"] = (channels,)
    into[name + ".num_batches_tracked"] = ()


def state_shapes(spec, classes):
    """{key: shape} of the whole state_dict: 210 entries for BaseNet, 222 for BoolNet."""
    s = OrderedDict()
    stem = WIDTHS[0]
    s["conv1.weight"] = (stem, 3, 7, 7)
    _batch_norm(s, "maxpool.0", stem)
    if spec.boolnet:
        s["ghostbnsign.temperature"] = (1,)
        _batch_norm(s, "ghostbnsign.bn1", stem)
        _batch_norm(s, "ghostbnsign.bn2", stem)
        s["ghostbnsign.adaptive_zero_points.0.weight"] = (stem, 1, 3, 3)
        _batch_norm(s, "ghostbnsign.adaptive_zero_points.1", stem)
        s["ghostbnsign.GhostSign.temperature"] = (1,)
    else:
        _batch_norm(s, "ghostbnsign.0", stem)
        s["ghostbnsign.1.temperature"] = (1,)
    for b in blocks(spec):
        for i, inputs in ((1, b.inputs), (2, b.channels)):
            s[f"{b.name}.conv{i}.weight"] = (b.channels, inputs, 3, 3)
            s[f"{b.name}.conv{i}.temperature"] = (1,)
            _batch_norm(s, f"{b.name}.bn{i}", b.channels)
            s[f"{b.name}.ghostsign{i}.temperature"] = (1,)
        _batch_norm(s, f"{b.name}.bn3", b.channels)
        if b.downsample:
            d, at = b.name + ".downsample", pool_index(b)
            s[d + ".0.weight"] = (b.channels, spec.k * b.inputs, 1, 1)
            s[d + ".0.bias"] = (b.channels,)
            s[d + ".0.temperature"] = (1,)
            _batch_norm(s, f"{d}.{at}", b.channels)
            s[f"{d}.{at + 1}.temperature"] = (1,)
    s["prelu2.weight"] = (WIDTHS[-1],)
    s["fc.weight"] = (classes, WIDTHS[-1])
    s["fc.bias"] = (classes,)
    return s


def identify(shapes):
    """{key: shape} of a checkpoint -> (Spec, classes). ValueError, one line, names the key that is missing or does not fit."""
    def shape(key, rank):
        if key not in shapes:
            raise ValueError(f"missing key '{key}'")
        if len(shapes[key]) != rank:
            raise ValueError(f"'{key}' has shape {tuple(shapes[key])}; {rank} dimensions are needed")
        return shapes[key]

    boolnet = any(key.startswith("ghostbnsign.adaptive_zero_points.") for key in shapes)
    read = WIDTHS[0] * (2 if boolnet else 1)
    k, rest = divmod(shape("layer2.0.downsample.0.weight", 4)[1], read)
    if rest or k not in OFFSETS:
        raise ValueError(f"'layer2.0.downsample.0.weight' reads {read * k + rest} channels, that is {k + rest / read:g} slices; "
                         "networks of 1 or 4 slices run")
    star = "layer4.0.downsample.1.weight" in shapes
    spec = next((s for s in NETS.values() if (s.k, s.boolnet, s.star) == (k, boolnet, star)), None)
    if spec is None:
        raise ValueError(f"{'BoolNet' if boolnet else 'BaseNet'} with {k} slices{' and a dilated layer4' if star else ''} is none of "
                         + ", ".join(NETS))
    classes = shape("fc.weight", 2)[0]
    if not CLASSES[0] <= classes <= CLASSES[1]:
        raise ValueError(f"'fc.weight' has {classes} classes; {CLASSES[0]} to {CLASSES[1]} fit")
    for key, want in state_shapes(spec, classes).items():
        if key not in shapes:
            raise ValueError(f"missing key '{key}' of {spec.name}")
        if tuple(shapes[key]) != want:
            raise ValueError(f"'{key}' has shape {tuple(shapes[key])}, {spec.name} needs {want}")
    return spec, classes


def check_size(size):
    if not SIZES[0] <= size <= SIZES[1]:
        raise ValueError(f"an image of {size} x {size}; {SIZES[0]} to {SIZES[1]} fit")


def half_up(x):
    return (x + 1) // 2


Layer = namedtuple("Layer", "name kind inputs outputs bmacs imacs weight_bits")


def layers(spec, size, classes):
    """Every layer that has weights, in order of execution (a block's downsample first).

    inputs and outputs are (slices, channels, side); a convolution's output has one slice: integers before the thresholds."""
    check_size(size)
    stem = WIDTHS[0]
    side = half_up(size)
    table = [Layer("conv1", "stem", (1, 3, size), (1, stem, side), 0, 147 * stem * side * side, 8 * 147 * stem)]
    side = half_up(side)
    if spec.boolnet:
        table.append(Layer("ghostbnsign.adaptive_zero_points.0", "depthwise", (1, stem, side), (1, stem, side), 0,
                           9 * stem * side * side, 8 * 9 * stem))
    k = spec.k
    for b in blocks(spec):
        if b.downsample:
            bits = k * b.inputs * b.channels
            table.append(Layer(b.name + ".downsample.0", "down", (1, k * b.inputs, side), (1, b.channels, side),
                               bits * side * side, 0, bits))
        for i, inputs, stride in ((1, b.inputs, b.stride), (2, b.channels, 1)):
            before, side = side, half_up(side) if stride == 2 else side
            bits = 9 * inputs * b.channels
            table.append(Layer(f"{b.name}.conv{i}", "last" if b.last and i == 2 else "conv", (k, inputs, before),
                               (1, b.channels, side), bits * side * side, 0, bits))
    table.append(Layer("fc", "fc", (1, WIDTHS[-1], 1), (1, classes, 1), 0, WIDTHS[-1] * classes, 8 * WIDTHS[-1] * classes))
    return table
