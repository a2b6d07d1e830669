# SPDX-License-Identifier: Apache-2.0
"""libbonnet.so by ctypes: where it is, its structs and its functions, as in host/include/bonnet.h. tests/python compares the two, field by field."""

import ctypes
import ctypes.util
import os
import pathlib
from ctypes import POINTER, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p

from . import errors


class Progress(ctypes.Structure):
    _fields_ = [("frames_done", c_uint32), ("frames", c_uint32), ("cycles", c_uint64), ("share", c_double), ("layer", c_char_p)]


ProgressFunction = ctypes.CFUNCTYPE(None, c_void_p, POINTER(Progress))


class OpenOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("timeout_ms", c_uint32), ("seed", c_uint64), ("cancel", POINTER(c_int)), ("progress", ProgressFunction),
                ("progress_user", c_void_p)]


class DeviceKind(ctypes.Structure):
    _fields_ = [("scheme", c_char_p), ("summary", c_char_p), ("present", c_int)]


class ModelInfo(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("width", c_uint32), ("height", c_uint32), ("planes", c_uint32), ("pixels_signed", c_uint32),
                ("slices", c_uint32), ("classes", c_uint32), ("layers", c_uint32), ("logit_scale", c_double), ("macs", c_uint64),
                ("sha256", c_uint8 * 32)]


class LayerInfo(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("kind", c_char_p), ("slices", c_uint32), ("channels_in", c_uint32), ("height_in", c_uint32),
                ("width_in", c_uint32), ("channels_out", c_uint32), ("height_out", c_uint32), ("width_out", c_uint32), ("kernel", c_uint32),
                ("stride", c_uint32), ("dilation", c_uint32), ("macs", c_uint64), ("weight_bits", c_uint64), ("depthwise_macs", c_uint64),
                ("depthwise_weight_bits", c_uint64)]


class LayerShape(ctypes.Structure):
    _fields_ = [("kind", c_char_p), ("slices", c_uint32), ("channels_in", c_uint32), ("height_in", c_uint32), ("width_in", c_uint32), ("channels_out", c_uint32),
                ("kernel_h", c_uint32), ("kernel_w", c_uint32), ("stride_h", c_uint32), ("stride_w", c_uint32), ("dilation_h", c_uint32),
                ("dilation_w", c_uint32), ("groups", c_uint32), ("top", c_uint32), ("left", c_uint32), ("bottom", c_uint32), ("right", c_uint32),
                ("edge", c_uint32), ("multiply", c_int32), ("add", c_int32), ("join", c_uint32), ("second", c_uint32), ("pool", c_uint32),
                ("drops", c_uint32), ("post", c_uint32), ("depthwise", c_uint32), ("pixels_signed", c_uint32)]


class Result(ctypes.Structure):
    _fields_ = [("label", c_uint32), ("logit", c_int32), ("score", c_double)]


class Stats(ctypes.Structure):
    _fields_ = [("cycles", c_uint64), ("macs", c_uint64), ("dram_bytes_in", c_uint64), ("dram_bytes_out", c_uint64), ("frames", c_uint32),
                ("clock_hz", c_uint32), ("lanes", c_uint32), ("sim_cycles", c_uint64), ("sim_seconds", c_double)]


class LayerStats(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("kind", c_char_p), ("channels_in", c_uint32), ("channels_out", c_uint32), ("height", c_uint32),
                ("width", c_uint32), ("kernel", c_uint32), ("binary", c_uint32), ("macs", c_uint64), ("cycles", c_uint64), ("busy", c_uint64),
                ("stall_in", c_uint64), ("stall_out", c_uint64), ("dram_bytes", c_uint64), ("peak_mac_per_cycle", c_uint32), ("frames", c_uint32),
                ("waited", c_uint64), ("starved", c_uint64), ("ideal", c_uint64), ("fill", c_uint64), ("drain", c_uint64), ("nanoseconds", c_uint64), ("within", c_char_p)]


class Cut(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("layer", c_uint32), ("channels", c_uint32), ("height", c_uint32), ("width", c_uint32), ("slices", c_uint32),
                ("bytes", c_size_t), ("macs_before", c_uint64), ("macs_after", c_uint64)]


class Exit(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("cut", c_uint32), ("layer", c_uint32), ("layers", c_uint32), ("macs", c_uint64), ("weight_bits", c_uint64),
                ("logit_scale", c_double)]


class ExitsOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("thresholds", POINTER(c_double)), ("temperatures", POINTER(c_double)), ("count", c_uint32), ("confidence", c_uint32)]


class ExitResult(ctypes.Structure):
    _fields_ = [("result", Result), ("exit", c_uint32), ("confidence", c_double)]


class ExitStage(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("exit", c_uint32), ("frames", c_uint64), ("left", c_uint64), ("cycles", c_uint64), ("branch_cycles", c_uint64),
                ("macs", c_uint64), ("clock_hz", c_uint32)]


class Span(ctypes.Structure):
    _fields_ = [("first", c_uint32), ("count", c_uint32)]


class Event(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("unit", c_char_p), ("operation", c_char_p), ("layer", c_uint32), ("start", c_uint64), ("end", c_uint64),
                ("busy", c_uint64), ("stall_in", c_uint64), ("stall_out", c_uint64), ("dram_bytes", c_uint64), ("feature_bits_read", c_uint64),
                ("feature_bits_written", c_uint64), ("weight_bits_read", c_uint64), ("weight_bits_written", c_uint64),
                ("feature_read", Span * 3), ("feature_written", Span), ("weight_read", Span), ("weight_written", Span)]


class ChipInfo(ctypes.Structure):
    _fields_ = [("lanes", c_uint32), ("feature_words", c_uint32), ("weight_rows", c_uint32), ("bus_bits", c_uint32), ("abi", c_uint32),
                ("build", c_uint32), ("arrays", c_uint32)]


class TensorInfo(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("layer", c_char_p), ("channels", c_uint32), ("height", c_uint32), ("width", c_uint32), ("binary", c_uint32)]


class EstimateOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("geometry", c_char_p), ("frames", c_uint32), ("batch", c_uint32), ("dram_latency_cycles", c_uint32)]


class Divergence(ctypes.Structure):
    _fields_ = [("maps_compared", c_uint32), ("words_compared", c_uint64), ("layer", c_uint32), ("name", c_char_p), ("y", c_uint32),
                ("x", c_uint32), ("channel", c_uint32), ("slice", c_uint32), ("wanted", c_int64), ("got", c_int64)]


class Preprocess(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("convert", c_uint32), ("resize", c_uint32), ("resize_width", c_uint32), ("resize_height", c_uint32),
                ("filter", c_uint32), ("crop", c_uint32), ("bgr", c_uint32), ("normalise", c_uint32), ("mean", c_double * 3),
                ("deviation", c_double * 3), ("steps", c_double)]


class CompileOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("geometry", c_char_p), ("message", c_char_p), ("message_bytes", c_size_t), ("batch", c_uint32),
                ("explain", c_char_p), ("explain_bytes", c_size_t), ("preprocess", POINTER(Preprocess)),
                ("strict", c_uint32), ("allow_inexact", c_uint32)]


# struct of bonnet.h -> here, for the test that compares them
STRUCTS = {
    "bonnet_progress": Progress, "bonnet_open_options": OpenOptions, "bonnet_device_kind": DeviceKind, "bonnet_model_info": ModelInfo,
    "bonnet_layer_info": LayerInfo, "bonnet_layer_shape": LayerShape, "bonnet_result": Result, "bonnet_stats": Stats, "bonnet_layer_stats": LayerStats, "bonnet_span": Span,
    "bonnet_event": Event, "bonnet_chip_info": ChipInfo, "bonnet_estimate_options": EstimateOptions, "bonnet_divergence": Divergence, "bonnet_tensor_info": TensorInfo, "bonnet_preprocess": Preprocess,
    "bonnet_compile_options": CompileOptions, "bonnet_cut": Cut, "bonnet_exit": Exit,
    "bonnet_exits_options": ExitsOptions, "bonnet_exit_result": ExitResult, "bonnet_exit_stage": ExitStage,
}

# function -> (result, arguments). c_int results are bonnet_status.
_P = POINTER
FUNCTIONS = {
    "bonnet_open": (c_int, [_P(c_void_p), c_char_p, _P(OpenOptions)]),
    "bonnet_close": (None, [c_void_p]),
    "bonnet_device_kind_get": (c_int, [_P(DeviceKind), c_size_t]),
    "bonnet_model_load": (c_int, [_P(c_void_p), c_void_p, c_char_p]),
    "bonnet_model_load_memory": (c_int, [_P(c_void_p), c_void_p, c_char_p, c_size_t]),
    "bonnet_model_free": (None, [c_void_p]),
    "bonnet_model_info_get": (c_int, [_P(ModelInfo), c_void_p]),
    "bonnet_model_pixels": (c_int, [c_void_p, c_void_p, c_size_t]),
    "bonnet_model_picture": (c_int, [c_void_p, c_void_p, c_void_p, c_uint32, c_uint32, c_uint32]),
    "bonnet_model_preprocess_get": (c_int, [_P(Preprocess), c_void_p]),
    "bonnet_model_layer_get": (c_int, [_P(LayerInfo), c_void_p, c_uint32]),
    "bonnet_model_shape_get": (c_int, [_P(LayerShape), c_void_p, c_uint32]),
    "bonnet_profile_layer": (c_int, [_P(c_double), c_void_p, _P(LayerShape), c_uint32]),
    "bonnet_model_label": (c_char_p, [c_void_p, c_uint32]),
    "bonnet_model_input_bytes": (c_size_t, [c_void_p]),
    "bonnet_run_image": (c_int, [_P(Result), c_void_p, c_void_p, c_void_p, c_size_t]),
    "bonnet_run_batch": (c_int, [_P(Result), c_void_p, c_void_p, c_void_p, c_void_p, c_size_t]),
    "bonnet_cut_get": (c_int, [_P(Cut), c_void_p, c_uint32]),
    "bonnet_model_head": (c_int, [_P(c_void_p), c_void_p, c_uint32]),
    "bonnet_model_tail": (c_int, [_P(c_void_p), c_void_p, c_uint32]),
    "bonnet_run_head": (c_int, [c_void_p, c_void_p, c_void_p, c_void_p, c_size_t]),
    "bonnet_cut_pack": (c_int, [_P(c_void_p), _P(c_size_t), c_void_p, c_uint32, c_void_p, c_size_t]),
    "bonnet_cut_parse": (c_int, [_P(c_void_p), _P(c_size_t), _P(c_uint32), c_void_p, c_char_p, c_size_t]),
    "bonnet_model_part": (c_int, [_P(c_void_p), c_void_p, c_uint32, c_uint32]),
    "bonnet_exit_get": (c_int, [_P(Exit), c_void_p, c_uint32]),
    "bonnet_model_branch": (c_int, [_P(c_void_p), c_void_p, c_uint32]),
    "bonnet_exits_open": (c_int, [_P(c_void_p), c_void_p, _P(ExitsOptions)]),
    "bonnet_exits_close": (None, [c_void_p]),
    "bonnet_exits_run": (c_int, [_P(ExitResult), c_void_p, c_void_p, c_void_p, c_size_t]),
    "bonnet_exits_stage_get": (c_int, [_P(ExitStage), c_void_p, c_uint32]),
    "bonnet_stats_get": (c_int, [_P(Stats), c_void_p]),
    "bonnet_layer_stats_get": (c_int, [_P(LayerStats), c_void_p, c_void_p, c_uint32]),
    "bonnet_event_get": (c_int, [_P(Event), c_void_p, c_void_p, c_uint32]),
    "bonnet_chip_info_get": (c_int, [_P(ChipInfo), c_void_p]),
    "bonnet_plan_get": (c_int, [_P(c_void_p), c_void_p, c_char_p]),
    "bonnet_plan_event": (c_int, [_P(Event), c_void_p, c_uint32]),
    "bonnet_plan_chip": (c_int, [_P(ChipInfo), c_void_p]),
    "bonnet_plan_free": (None, [c_void_p]),
    "bonnet_estimate": (c_int, [_P(c_void_p), c_void_p, _P(EstimateOptions)]),
    "bonnet_plan_stats": (c_int, [_P(Stats), c_void_p]),
    "bonnet_plan_layer": (c_int, [_P(LayerStats), c_void_p, c_uint32]),
    "bonnet_verify_image": (c_int, [_P(Divergence), c_void_p, c_void_p, c_void_p, c_size_t]),
    "bonnet_run_tensors": (c_int, [_P(c_void_p), c_void_p, c_void_p, c_void_p, c_size_t]),
    "bonnet_tensor_get": (c_int, [_P(TensorInfo), c_void_p, c_uint32]),
    "bonnet_tensor_values": (c_int, [c_void_p, c_size_t, c_void_p, c_uint32]),
    "bonnet_model_tensor_name": (c_char_p, [c_void_p, c_uint32]),
    "bonnet_tensors_free": (None, [c_void_p]),
    "bonnet_compile": (c_int, [c_char_p, c_char_p, _P(CompileOptions)]),
    "bonnet_status_name": (c_char_p, [c_int]),
    "bonnet_status_text": (c_char_p, [c_int]),
    "bonnet_last_error": (c_char_p, [c_void_p]),
    "bonnet_chip_abi": (c_uint32, []),
    "bonnet_version": (c_char_p, []),
}

MAJOR, MINOR = 0, 1  # of bonnet.h that the structs above are from
SONAME = f"libbonnet.so.{MAJOR}"


def _candidates():
    if "BONNET_LIBRARY" in os.environ:  # asked for by name: nothing else will do
        return [os.environ["BONNET_LIBRARY"]]
    checkout = pathlib.Path(__file__).resolve().parents[2] / "build" / SONAME
    found = [str(checkout)] if checkout.exists() else []
    return found + [SONAME] + [name for name in [ctypes.util.find_library("bonnet")] if name]


def _load():
    tried = []
    for name in _candidates():
        try:
            lib = ctypes.CDLL(name)
        except OSError as why:
            tried.append(str(why))
            continue
        try:
            for function, (result, arguments) in FUNCTIONS.items():
                entry = getattr(lib, function)
                entry.restype, entry.argtypes = result, arguments
        except AttributeError as why:
            raise ImportError(f"{name} is no libbonnet of version {MAJOR}.{MINOR} or later: {why}") from None
        has = lib.bonnet_version().decode()
        major, minor = (int(part) for part in has.split(".")[:2])
        if major != MAJOR or minor < MINOR:
            raise ImportError(f"{name} is version {has}; this package needs {MAJOR}.{MINOR} or a later {MAJOR}.x: install the two together")
        return lib, name
    raise ImportError("no libbonnet: `make` in a checkout, `make install`, or set BONNET_LIBRARY to the path of libbonnet.so; tried: " + "; ".join(tried))


lib, library_path = _load()


def version():
    """Version of libbonnet, "major.minor.patch"."""
    return lib.bonnet_version().decode()


def check(status, device=None, message=None):
    """Raise what a bonnet_status says, with the library's line about it; nothing for BONNET_OK."""
    if status == 0:
        return
    line = message or (lib.bonnet_last_error(device) or b"").decode(errors="replace")
    raise errors.from_status(status, line or lib.bonnet_status_text(status).decode())


def fields(struct, skip=()):
    """The fields of a struct as a dict; text is decoded."""
    values = ((name, getattr(struct, name)) for name, _ in struct._fields_ if name not in skip)
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in values}
