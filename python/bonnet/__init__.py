# SPDX-License-Identifier: Apache-2.0
"""Run binary neural networks on a Bonnet accelerator, its simulation or a CPU: numpy arrays in, numpy arrays out.

    import bonnet
    with bonnet.open("cpu:") as device:          # or "sim:", "golden:", "hls:", "usb:", "uio:", "xrt:", "serial:"
        net = device.load("boolnet_k4.bonnet")
        result = net.run(images)                 # uint8 [N, height, width] or [N, height, width, 3]
        print(result.labels, result.logits)      # int64 [N], int32 [N, classes]

The package is a door to libbonnet.so by ctypes: nothing is compiled, nothing is computed here, and the numbers are those of the C library to the bit.
The library is looked for in $BONNET_LIBRARY, in the build/ of the checkout that this file lies in, and where the system's loader looks
(`make install`). No board has run anything: "sim:" is the chip's RTL in simulation.

Errors are exceptions: `Error` and one class for each status of bonnet.h (`errors`). Every wait is bounded by the device's timeout.
Threads: one `Device` per thread at a time, as in C; several devices are independent. A call gives up the interpreter lock while it computes.
"""

from ._library import library_path
from .device import Device, DeviceKind, Stats, devices, open  # noqa: A004 - as in gzip.open
from .errors import (AbiError, BusError, Cancelled, DeviceTimeout, Error, FormatError, InvalidArgument, Mismatch, NoDevice, OutOfMemory,
                     TransferError, Unsupported)
from .model import Cut, Exit, ExitResult, ExitStage, Layer, LayerShape, LayerStats, Model, ModelInfo, Preprocess, Result, compile, estimate  # noqa: A004
from ._library import version as _version

__version__ = _version()

__all__ = [
    "AbiError", "BusError", "Cancelled", "Cut", "Device", "DeviceKind", "DeviceTimeout", "Error", "Exit", "ExitResult", "ExitStage", "FormatError", "InvalidArgument", "Layer", "LayerShape", "LayerStats",
    "Mismatch", "Model", "ModelInfo", "NoDevice", "OutOfMemory", "Preprocess", "Result", "Stats", "TransferError", "Unsupported", "compile", "devices",
    "estimate", "library_path", "open",
]
