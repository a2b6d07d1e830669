# SPDX-License-Identifier: Apache-2.0
"""Networks: loading, running, verifying, compiling."""

import ctypes
import dataclasses
import os

import numpy

from . import _library, errors
from ._library import check, lib


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """Of a network. width, height, planes: the image (planes 1 or 3, interleaved); pixels_signed: pixels are int8, see Model.pixels; slices: of its
    binary maps, 1 or 4; classes; layers; logit_scale: real logit = scale * integer logit, for display; macs: of one image; sha256: of the file.
    """

    name: str
    width: int
    height: int
    planes: int
    pixels_signed: bool
    slices: int
    classes: int
    layers: int
    logit_scale: float
    macs: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class Layer:
    """One layer as the network defines it. kind: "stem" "conv" "down" "last" "fc"; slices: of the map that it reads; channels of one slice;
    height_out, width_out: of the convolution itself, before a pool; macs, weight_bits: binary ones count 1 bit each, stem and fc 8.
    """

    name: str
    kind: str
    slices: int
    channels_in: int
    height_in: int
    width_in: int
    channels_out: int
    height_out: int
    width_out: int
    kernel: int
    stride: int
    dilation: int
    macs: int
    weight_bits: int
    depthwise_macs: int
    depthwise_weight_bits: int


@dataclasses.dataclass(frozen=True)
class LayerShape:
    """All that a layer's time depends on, but for its numbers; docs/operators.md has the terms. dataclasses.replace() makes others of it for Device.time_layer()."""

    kind: str
    slices: int = 1
    channels_in: int = 1
    height_in: int = 1
    width_in: int = 1
    channels_out: int = 1
    kernel_h: int = 1
    kernel_w: int = 1
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    groups: int = 1
    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0
    edge: int = 0
    multiply: int = 0
    add: int = 0
    join: int = 0
    second: int = 0
    pool: int = 0
    drops: int = 0
    post: int = 0
    depthwise: int = 0
    pixels_signed: int = 0


@dataclasses.dataclass(frozen=True)
class Exit:
    """An early exit: a branch that reads the map of cuts()[cut], behind layer `layer`. layers, macs, weight_bits: of the branch alone (docs/exits.md)."""

    name: str
    cut: int
    layer: int
    layers: int
    macs: int
    weight_bits: int
    logit_scale: float


@dataclasses.dataclass(frozen=True)
class ExitStage:
    """As far as exit number `exit`, or the end: images that came (`frames`) and that left, cycles of the trunk's part and of the branch, macs of both, of all frames."""

    name: str
    exit: int
    frames: int
    left: int
    cycles: int
    branch_cycles: int
    macs: int
    clock_hz: int


@dataclasses.dataclass(frozen=True)
class ExitResult:
    """Of run_exits(), by image: labels int64 [N], logits int32 [N, classes], scores, exits int64 [N] (the number of exits: at the end), confidences; stages: what it took."""

    labels: numpy.ndarray
    logits: numpy.ndarray
    scores: numpy.ndarray
    exits: numpy.ndarray
    confidences: numpy.ndarray
    stages: list


@dataclasses.dataclass(frozen=True)
class Cut:
    """Behind layer `layer`, `name`, everything that later layers read is one map: channels x height x width in `slices`, `bytes` packed (docs/cuts.md)."""

    name: str
    layer: int
    channels: int
    height: int
    width: int
    slices: int
    bytes: int
    macs_before: int
    macs_after: int


@dataclasses.dataclass(frozen=True)
class LayerStats:
    """Where a layer's cycles went in the last run's last walk (`frames` frames together), read from the chip's counters.

    busy + waited = ideal + fill + drain + waited + starved + stall_out: ideal: every multiplier at work; waited: for tokens, before busy begins;
    starved: for operands; stall_out: held by the reader of its results; fill, drain: before the first and after the last ideal cycle.
    nanoseconds: where the CPU ran the layer, of one frame, the mean of the run.
    within: the layer in whose descriptors and cycles this one is (a pool or a join behind a convolution), else None; cycles 0 without it: the CPU's.
    """

    name: str
    kind: str
    channels_in: int
    channels_out: int
    height: int
    width: int
    kernel: int
    binary: bool
    macs: int
    cycles: int
    busy: int
    stall_in: int
    stall_out: int
    dram_bytes: int
    peak_mac_per_cycle: int
    frames: int
    waited: int
    starved: int
    ideal: int
    fill: int
    drain: int
    nanoseconds: int
    within: str | None


@dataclasses.dataclass(frozen=True)
class Result:
    """Of a run over N images. labels: int64 [N], index of the largest logit, of equals the lowest; logits: int32 [N, classes];
    scores: float64 [N], the label's softmax probability from logit_scale, for display.
    """

    labels: numpy.ndarray
    logits: numpy.ndarray
    scores: numpy.ndarray


class Model:
    """A network on a device. Made by `Device.load()`.

    info: ModelInfo; labels: names of the classes, "" where the file has none; layers: list of Layer.
    """

    def __init__(self, device, source):
        self.device, self._pointer = device, ctypes.c_void_p()
        handle, out = device._handle.pointer, ctypes.byref(self._pointer)
        if isinstance(source, (bytes, bytearray, memoryview)):
            source = bytes(source)
            device._call(lib.bonnet_model_load_memory, out, handle, source, len(source))
        else:
            device._call(lib.bonnet_model_load, out, handle, os.fsencode(source))
        self._adopt()

    def _adopt(self):
        """What the library says of the model behind _pointer."""
        self.device._handle.models.add(self)
        info = _library.ModelInfo()
        check(lib.bonnet_model_info_get(ctypes.byref(info), self._pointer))
        self.info = ModelInfo(**{**_library.fields(info), "pixels_signed": bool(info.pixels_signed), "sha256": bytes(info.sha256).hex()})
        self.labels = [lib.bonnet_model_label(self._pointer, i).decode() for i in range(self.info.classes)]
        self.layers = []
        for index in range(self.info.layers):
            layer = _library.LayerInfo()
            check(lib.bonnet_model_layer_get(ctypes.byref(layer), self._pointer, index))
            self.layers.append(Layer(**_library.fields(layer)))

    def cuts(self):
        """Where the network can be cut in two: a list of Cut."""
        out, table = _library.Cut(), []
        while lib.bonnet_cut_get(ctypes.byref(out), self._ready(), len(table)) == 0:
            table.append(Cut(**_library.fields(out)))
        return table

    def _part(self, function, *where):
        part = object.__new__(Model)
        part.device, part._pointer = self.device, ctypes.c_void_p()
        self.device._call(function, ctypes.byref(part._pointer), self._ready(), *where)
        part._adopt()
        return part

    def head(self, cut):
        """The layers up to cuts()[cut] as a Model on this device, for maps(). Errors: InvalidArgument, Unsupported (no room on this chip)."""
        return self._part(lib.bonnet_model_head, cut)

    def tail(self, cut):
        """The layers behind cuts()[cut] as a Model on this device, for run_maps(). Errors: as head()."""
        return self._part(lib.bonnet_model_tail, cut)

    def part(self, from_cut, to_cut):
        """The layers between two cuts as a Model on this device, for maps() of the maps of the first. Errors: as head()."""
        return self._part(lib.bonnet_model_part, from_cut, to_cut)

    def exits(self):
        """The early exits, the first on the way first: a list of Exit."""
        out, table = _library.Exit(), []
        while lib.bonnet_exit_get(ctypes.byref(out), self._ready(), len(table)) == 0:
            table.append(Exit(**_library.fields(out)))
        return table

    def branch(self, index):
        """The branch of exits()[index] as a Model on this device, for run_maps() of the maps of its cut. Errors: as head()."""
        return self._part(lib.bonnet_model_branch, index)

    def run_exits(self, images, thresholds, confidence="margin", temperatures=None):
        """Classify images, each as far as the first exit that is sure enough.

        images: as run(). thresholds: one for each of exits(): an image leaves there if its confidence is at least this; 0: every image does, None: the exit is not in
        use. confidence: "margin", "probability" or "entropy" (docs/exits.md). temperatures: one for each exit and one for the end, or None: 1 / logit scale.
        Returns ExitResult. Errors: InvalidArgument, Unsupported (no room on this chip); those of run().
        """
        kinds = ("margin", "probability", "entropy")
        images, _ = self._images(images)
        thresholds = [float("inf") if t is None else float(t) for t in thresholds]
        if confidence not in kinds:
            raise errors.InvalidArgument(f"confidence: {confidence!r}; there are {', '.join(kinds)}")
        if temperatures is not None and len(temperatures) != len(thresholds) + 1:
            raise errors.InvalidArgument(f"{len(temperatures)} temperatures; one for each exit and one for the end, {len(thresholds) + 1}")
        options = _library.ExitsOptions(ctypes.sizeof(_library.ExitsOptions), (ctypes.c_double * len(thresholds))(*thresholds), None, len(thresholds),
                                        kinds.index(confidence))
        if temperatures is not None:
            options.temperatures = (ctypes.c_double * len(temperatures))(*map(float, temperatures))
        pointer, count, stages, out = ctypes.c_void_p(), len(images), [], _library.ExitStage()
        results, logits = (_library.ExitResult * count)(), numpy.zeros((count, self.info.classes), numpy.int32)
        self.device._call(lib.bonnet_exits_open, ctypes.byref(pointer), self._ready(), ctypes.byref(options))
        try:
            if count:
                self.device._call(lib.bonnet_exits_run, results, logits.ctypes.data, pointer, images.ctypes.data, count)
            while lib.bonnet_exits_stage_get(ctypes.byref(out), pointer, len(stages)) == 0:
                stages.append(ExitStage(**_library.fields(out)))
        finally:
            lib.bonnet_exits_close(pointer)
        each = [(r.result.label, r.result.score, r.exit, r.confidence) for r in results]
        column = lambda i, kind: numpy.array([r[i] for r in each], kind)
        return ExitResult(column(0, numpy.int64), logits, column(1, numpy.float64), column(2, numpy.int64), column(3, numpy.float64), stages)

    def _given(self, maps):
        """maps as contiguous uint8 [N, bytes], for a model that takes them."""
        maps, size = numpy.ascontiguousarray(maps), lib.bonnet_model_input_bytes(self._ready())
        if maps.dtype != numpy.uint8 or maps.ndim != 2 or maps.shape[1] != size or self.info.planes:
            raise errors.InvalidArgument(f"maps: {maps.dtype} of shape {maps.shape}; uint8 [N, {size}], and only a tail takes them")
        return maps

    def maps(self, images):
        """Of a head: the maps of its cut. images: as run(), of a part() the maps before. Returns uint8 [N, Cut.bytes]. Errors: those of run(); InvalidArgument: no head."""
        images = self._images(images)[0] if self.info.planes else self._given(images)
        out = numpy.zeros((len(images), 4 * self.info.classes), numpy.uint8)
        if len(images):
            self.device._call(lib.bonnet_run_head, out.ctypes.data, self.device._handle.pointer, self._ready(), images.ctypes.data, len(images))
        return out

    def run_maps(self, maps):
        """Of a tail: classify from the maps of its cut. maps: uint8 [N, Cut.bytes]. Returns Result. Errors: those of run()."""
        return self._classify(self._given(maps))

    @property
    def shape(self):
        """Of one image: (height, width), or (height, width, planes) of more than one."""
        return (self.info.height, self.info.width) + ((self.info.planes,) if self.info.planes > 1 else ())

    def _images(self, images):
        """images as [N, ...] bytes without a copy if they are so already; whether there was an N."""
        images, want = numpy.asarray(images), numpy.dtype("int8" if self.info.pixels_signed else "uint8")
        if images.dtype != want:
            raise errors.InvalidArgument(f"images: {images.dtype}, and the network wants {want}" +
                                         ("; Model.pixels() makes them of uint8" if self.info.pixels_signed else ""))
        batch = images.ndim == len(self.shape) + 1
        if images.shape[batch:] != self.shape:
            raise errors.InvalidArgument(f"images: shape {images.shape}, and one image is {self.shape}; several are [N, ...]")
        images = numpy.ascontiguousarray(images)
        return (images if batch else images[None]), batch

    def _ready(self):
        if not self._pointer:
            raise ValueError(f"{self.device.uri} is closed, and its models with it")
        return self._pointer

    def pixels(self, images):
        """uint8 pictures to the pixels that the network was trained on.

        images: uint8, any shape that ends with the planes of a network of 3. Returns uint8 unchanged, or, where info.pixels_signed, int8 of the same shape by
        the table in the file (v - 128 without one).
        """
        images = numpy.array(images, order="C")
        if images.dtype != numpy.uint8 or images.size % self.info.planes:
            raise errors.InvalidArgument(f"pictures: {images.dtype} of shape {images.shape}; uint8, planes last")
        check(lib.bonnet_model_pixels(self._ready(), images.ctypes.data, images.nbytes))
        return images.view(numpy.int8) if self.info.pixels_signed else images

    def picture(self, picture):
        """A picture of any size as one image of run(): resized, cropped, converted and mapped to pixels, as the file was compiled to do (Preprocess).

        picture: uint8 [height, width] or [height, width, 3], red first, at most 4096 a side. Returns uint8 (int8 if info.pixels_signed) of `shape`.
        Errors: InvalidArgument (it does not fit, and why).
        """
        picture = numpy.ascontiguousarray(picture)
        if picture.dtype != numpy.uint8 or picture.ndim not in (2, 3) or (picture.ndim == 3 and picture.shape[2] not in (1, 3)):
            raise errors.InvalidArgument(f"picture: {picture.dtype} of shape {picture.shape}; uint8 [height, width] or [height, width, 3]")
        height, width, planes = picture.shape[0], picture.shape[1], picture.shape[2] if picture.ndim == 3 else 1
        if max(height, width) > 1 << 16:
            raise errors.InvalidArgument(f"picture: {width}x{height}; at most 4096 a side")
        out = numpy.zeros(self.shape, numpy.int8 if self.info.pixels_signed else numpy.uint8)
        self.device._call(lib.bonnet_model_picture, out.ctypes.data, self._ready(), picture.ctypes.data, width, height, planes)
        return out

    def run(self, images):
        """Classify images.

        images: uint8 (int8 if info.pixels_signed) [height, width] or [height, width, 3], or several: [N, height, width] and so on.
        Returns Result; of one image too its arrays have an N of 1.
        Errors: InvalidArgument (type, shape), DeviceTimeout, BusError, Cancelled, NoDevice, TransferError.
        """
        return self._classify(self._images(images)[0])

    def _classify(self, images):
        count = len(images)
        results, logits = (_library.Result * count)(), numpy.zeros((count, self.info.classes), numpy.int32)
        if count:
            self.device._call(lib.bonnet_run_batch, results, logits.ctypes.data, self.device._handle.pointer, self._ready(), images.ctypes.data, count)
        table = numpy.frombuffer(results, [("label", "u4"), ("logit", "i4"), ("score", "f8")], count) if count else numpy.zeros(0, [("label", "u4"), ("score", "f8")])
        return Result(table["label"].astype(numpy.int64), logits, table["score"].copy())

    def verify(self, image):
        """Run one image here and on the golden model and compare every map of every layer.

        image: as one image of run(). Returns (maps, words) that were compared.
        Errors: Mismatch, which says where the first difference is; those of run().
        """
        image, batch = self._images(image)
        if batch:
            raise errors.InvalidArgument(f"verify() takes one image of shape {self.shape}")
        out = _library.Divergence()
        if self.device._call(lib.bonnet_verify_image, ctypes.byref(out), self.device._handle.pointer, self._ready(), image.ctypes.data, image.nbytes,
                             also=(errors.Mismatch.status,)):
            raise errors.Mismatch(f"{out.name.decode()} at (y {out.y}, x {out.x}), channel {out.channel}, slice {out.slice}: wanted {out.wanted}, "
                                  f"got {out.got}", out)
        return out.maps_compared, out.words_compared

    def tensors(self, image):
        """Every map of one image, in the layout of the graph that was compiled (ONNX, batch 1): for a comparison with another framework.

        image: as one image of run(). Returns a dict in execution order, by name of the value in the graph (of the layer, where the file has none):
        int32 [1, channels, height, width] of -1 and +1 for binary maps, slice after slice; int32 [1, channels] for features and logits.
        Errors: those of run().
        """
        image, batch = self._images(image)
        if batch:
            raise errors.InvalidArgument(f"tensors() takes one image of shape {self.shape}")
        handle, info, table = ctypes.c_void_p(), _library.TensorInfo(), {}
        self.device._call(lib.bonnet_run_tensors, ctypes.byref(handle), self.device._handle.pointer, self._ready(), image.ctypes.data, image.nbytes)
        try:
            while lib.bonnet_tensor_get(ctypes.byref(info), handle, len(table)) == 0:
                shape = (1, info.channels) + ((info.height, info.width) if info.binary else ())
                values = numpy.zeros(shape, numpy.int32)
                check(lib.bonnet_tensor_values(values.ctypes.data, values.size, handle, len(table)))
                table[(info.name or info.layer).decode()] = values
        finally:
            lib.bonnet_tensors_free(handle)
        return table

    def layer_shapes(self):
        """LayerShape of every layer: what its time depends on."""
        out, table = _library.LayerShape(), []
        for index in range(self.info.layers):
            check(lib.bonnet_model_shape_get(ctypes.byref(out), self._ready(), index))
            table.append(LayerShape(**_library.fields(out)))
        return table

    def layer_stats(self):
        """LayerStats of every layer, of the last run on the device; empty where it has no counters (golden:, cpu:)."""
        out, table = _library.LayerStats(), []
        for index in range(self.info.layers):
            check(lib.bonnet_layer_stats_get(ctypes.byref(out), self.device._handle.pointer, self._ready(), index), self.device._handle.pointer)
            table.append(LayerStats(**{**_library.fields(out), "binary": bool(out.binary)}))
        return table

    def _free(self):
        if self._pointer:
            lib.bonnet_model_free(self._pointer)
            self._pointer = ctypes.c_void_p()

    def __del__(self):
        if getattr(self, "_pointer", None) and not self.device.closed:
            self._free()

    def __repr__(self):
        return f"<bonnet.Model {self.info.name} on {self.device.uri}>"


@dataclasses.dataclass
class Preprocess:
    """What happens to a picture before the network sees it, in torchvision's words and numbers; docs/preprocess.md.

    resize: None, the shorter side, or (height, width); interpolation: "bilinear", "bicubic", "nearest"; center_crop: whether; convert: gray to colour
    and back where they differ; order: "RGB" or "BGR"; mean, std (a number, or one for each plane) and scale (steps of a pixel in a unit of the
    normalised value): of networks with signed pixels, all three or none.
    """

    resize: object = None
    interpolation: str = "bilinear"
    center_crop: bool = False
    convert: bool = False
    order: str = "RGB"
    mean: object = None
    std: object = None
    scale: float = None

    def _struct(self):
        p = _library.Preprocess(ctypes.sizeof(_library.Preprocess))
        filters, orders = ("bilinear", "bicubic", "nearest"), ("RGB", "BGR")
        if self.interpolation not in filters or self.order not in orders:
            raise errors.InvalidArgument(f"interpolation is one of {filters}, order one of {orders}")
        given = [value is not None for value in (self.mean, self.std, self.scale)]
        if any(given) and not all(given):
            raise errors.InvalidArgument("mean, std and scale belong together; one is missing")
        if isinstance(self.resize, int):
            p.resize, p.resize_width = 1, self.resize
        elif self.resize is not None:
            p.resize, (p.resize_height, p.resize_width) = 2, self.resize
        p.convert, p.filter, p.crop, p.bgr, p.normalise = self.convert, filters.index(self.interpolation), self.center_crop, orders.index(self.order), all(given)
        p.mean[:] = numpy.broadcast_to(0.0 if self.mean is None else self.mean, 3)
        p.deviation[:] = numpy.broadcast_to(1.0 if self.std is None else self.std, 3)
        p.steps = 1.0 if self.scale is None else self.scale
        return p


def compile(onnx, out, geometry="asic", batch=1, preprocess=None, strict=False, allow_inexact=False):  # noqa: A001 - as re.compile
    """Compile an ONNX file (docs/operators.md, section 6) to a .bonnet file.

    onnx, out: paths; out is written beside its place and renamed. geometry: "asic", "zcu102", "small", "tiny"; batch: images that the chip works on
    at once, on each array. preprocess: a Preprocess, kept in the file, or None: pictures come as the network wants them. strict: Unsupported if a layer
    between the first (pixels) and the last (logits) would run on the CPU beside the chip. allow_inexact: a last layer whose weights are no small integers times one scale is rounded, and the
    table says by how much; else that is Unsupported.
    Returns what the compiler chose, as a table for people: where maps and weights lie, what goes through DRAM.
    Errors: FormatError, Unsupported (node, op, attribute, in one line), TransferError, InvalidArgument.
    """
    message, explain = ctypes.create_string_buffer(1024), ctypes.create_string_buffer(1 << 16)
    options = _library.CompileOptions(ctypes.sizeof(_library.CompileOptions), geometry.encode(), ctypes.cast(message, ctypes.c_char_p), len(message), batch,
                                      ctypes.cast(explain, ctypes.c_char_p), len(explain), ctypes.pointer(preprocess._struct()) if preprocess else None, strict, allow_inexact)
    check(lib.bonnet_compile(os.fsencode(onnx), os.fsencode(out), ctypes.byref(options)), message=message.value.decode(errors="replace"))
    return explain.value.decode(errors="replace")


def estimate(model, geometry="asic", frames=1, batch=0, dram_latency_cycles=0):
    """How long a network takes on a chip that is not there: modelled, not measured (docs/estimate.md says what is exact).

    model: Model; frames: of one run; batch: images that a job works on at once, 0 as the file says; dram_latency_cycles: 0 as the library does.
    Returns (Stats, list of LayerStats) as after such a run. Errors: InvalidArgument, Unsupported.
    """
    from .device import Stats
    plan, stats, layer, table = ctypes.c_void_p(), _library.Stats(), _library.LayerStats(), []
    options = _library.EstimateOptions(ctypes.sizeof(_library.EstimateOptions), geometry.encode(), frames, batch, dram_latency_cycles)
    check(lib.bonnet_estimate(ctypes.byref(plan), model._ready(), ctypes.byref(options)))
    try:
        check(lib.bonnet_plan_stats(ctypes.byref(stats), plan))
        for index in range(model.info.layers):
            check(lib.bonnet_plan_layer(ctypes.byref(layer), plan, index))
            table.append(LayerStats(**{**_library.fields(layer), "binary": bool(layer.binary)}))
    finally:
        lib.bonnet_plan_free(plan)
    return Stats(**_library.fields(stats)), table
