# SPDX-License-Identifier: Apache-2.0
"""Devices: what can be opened, and one that is open."""

import contextlib
import ctypes
import dataclasses
import os
import signal
import threading
import weakref

from . import _library
from ._library import check, lib


@dataclasses.dataclass(frozen=True)
class DeviceKind:
    """A kind of device that this build of the library knows.

    scheme: what stands before the colon of its name; summary: one line; present: whether "scheme:" names a device of this machine now.
    """

    scheme: str
    summary: str
    present: bool


@dataclasses.dataclass(frozen=True)
class Stats:
    """Of the last run on a device, all frames together. 0 where the device has no clock (golden:, cpu:).

    cycles: of the accelerator, from start to done; macs: binary and int8 multiply-accumulates; dram_bytes_in, dram_bytes_out: what it read and
    wrote; frames; clock_hz: nominal clock of the geometry (cycles are counted, time is cycles / clock_hz); lanes: output channels in parallel
    (the array's peak is 64 * lanes MACs a cycle); sim_cycles, sim_seconds: simulated since the device was opened, and the processor time it took.
    """

    cycles: int
    macs: int
    dram_bytes_in: int
    dram_bytes_out: int
    frames: int
    clock_hz: int
    lanes: int
    sim_cycles: int
    sim_seconds: float


def devices():
    """The kinds of device of this build: a list of DeviceKind."""
    kinds, kind = [], _library.DeviceKind()
    while lib.bonnet_device_kind_get(ctypes.byref(kind), len(kinds)) == 0:
        kinds.append(DeviceKind(kind.scheme.decode(), kind.summary.decode(), bool(kind.present)))
    return kinds


class _Handle:
    """The bonnet_device and what must live as long as it: the cancel flag, the progress function, the models."""

    def __init__(self):
        self.pointer = ctypes.c_void_p()
        self.cancel = ctypes.c_int(0)
        self.models = weakref.WeakSet()
        self.interrupt = None  # an exception out of the progress function, raised again when the call is back

    def stop(self, why):
        """The call under way ends soon, and `why` is raised when it is back."""
        self.interrupt = why
        self.cancel.value = 1

    def close(self):
        if self.pointer:
            for model in list(self.models):
                model._free()
            lib.bonnet_close(self.pointer)
            self.pointer = ctypes.c_void_p()


@contextlib.contextmanager
def _interruptible(handle):
    """Ctrl-C in the main thread stops the call instead of being raised in the middle of a callback out of C, where it would be lost."""
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, lambda *_: handle.stop(KeyboardInterrupt()))
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


class Device:
    """An open device. Made by `bonnet.open()`; a context manager that closes it, and with it its models. One thread at a time."""

    def __init__(self, uri, timeout=None, seed=None, progress=None):
        handle = _Handle()

        def report(_, now):  # runs inside the C call; entering it is also what lets the interpreter notice a signal
            try:
                if progress:
                    now = now.contents
                    progress(now.frames_done, now.frames, now.share, (now.layer or b"").decode())
            except BaseException as why:  # noqa: B902 - C cannot carry it, so it is kept until the call is back
                handle.stop(why)

        handle.report = _library.ProgressFunction(report)
        options = _library.OpenOptions(ctypes.sizeof(_library.OpenOptions), 0 if timeout is None else max(1, round(timeout * 1000)), seed or 0,
                                       ctypes.pointer(handle.cancel), handle.report, None)
        self.uri, self._handle, self._frames = uri, handle, 0
        check(lib.bonnet_open(ctypes.byref(handle.pointer), os.fsencode(uri), ctypes.byref(options)))
        self._close = weakref.finalize(self, handle.close)

    def _call(self, function, *arguments, also=()):
        """A call that may wait: its status, if 0 or in `also`; an exception otherwise. A cancelled device is ready again."""
        handle = self._handle
        if not handle.pointer:
            raise ValueError(f"{self.uri} is closed")
        with _interruptible(handle):
            status = function(*arguments)
        why, handle.interrupt, handle.cancel.value = handle.interrupt, None, 0
        if why is not None:
            raise why
        if status not in also:
            check(status, handle.pointer)
        return status

    def load(self, model):
        """A network for this device.

        model: path of a .bonnet file, or its bytes. All of it is checked.
        Returns a Model that lives as long as the device is open.
        Errors: FormatError, AbiError, TransferError (no such file), Unsupported, OutOfMemory.
        """
        from .model import Model
        return Model(self, model)

    def time_layer(self, shape, repeats=1):
        """Seconds of one layer of that LayerShape with random weights, alone on this device: a list of `repeats` (1 to 10000).

        Errors: InvalidArgument (no network may have such a layer), Unsupported (the device does not time it: golden:, mock:)."""
        values = dataclasses.asdict(shape)
        wanted = _library.LayerShape(**{**values, "kind": shape.kind.encode()})
        seconds = (ctypes.c_double * max(1, min(repeats, 10000)))()
        self._call(lib.bonnet_profile_layer, seconds, self._handle.pointer, ctypes.byref(wanted), repeats)
        return list(seconds)

    def stats(self):
        """Stats of the last run."""
        out = _library.Stats()
        self._call(lib.bonnet_stats_get, ctypes.byref(out), self._handle.pointer)
        return Stats(**_library.fields(out))

    def cancel(self):
        """From another thread: the call that waits ends soon with Cancelled, and the device is idle. Only while a call is under way."""
        self._handle.cancel.value = 1

    def close(self):
        """Close it now. Its models can no longer run. Twice is no error."""
        self._close()

    @property
    def closed(self):
        """Whether close() has been called."""
        return not self._handle.pointer

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __repr__(self):
        return f"<bonnet.Device {self.uri}{' closed' if self.closed else ''}>"


def open(uri, timeout=None, seed=None, progress=None):  # noqa: A001 - as in gzip.open
    """Open the device named by uri, "scheme:options" as on the command line (docs/devices.md): "cpu:", "sim:", "golden:", "hls:", "usb:", ...

    timeout: seconds that a call may wait, default 60. seed: of the simulated memory's back-pressure.
    progress: called a few times a second from within a call that waits, with (frames done, frames, share 0..1, layer name); an exception in it
    stops the call, leaves the device idle, and is raised from the call. So does Ctrl-C on devices that report progress (not golden:, cpu:).
    Errors: NoDevice, InvalidArgument, AbiError.
    """
    return Device(uri, timeout, seed, progress)
