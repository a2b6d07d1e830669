# SPDX-License-Identifier: Apache-2.0
"""What can go wrong: one class for each status of bonnet.h, all of them `Error`.

Where Python has a class of its own for such a thing (ValueError, MemoryError, OSError, TimeoutError), the class is one of those too, so that
code that knows nothing of Bonnet catches it. `error.status` is the number in bonnet.h, str(error) the library's one line.
"""


class Error(Exception):
    """A call of libbonnet failed. status: the bonnet_status, negative."""

    status = 0

    def __init__(self, message, status=None):
        super().__init__(message)
        if status is not None:
            self.status = status


class InvalidArgument(Error, ValueError):
    """BONNET_EINVAL: an argument is wrong (type, shape, range); the device was not touched."""

    status = -1


class OutOfMemory(Error, MemoryError):
    """BONNET_ENOMEM: memory of the host or of the device is exhausted."""

    status = -2


class NoDevice(Error, OSError):
    """BONNET_ENODEV: no such device or backend, or it went away."""

    status = -3


class TransferError(Error, OSError):
    """BONNET_EIO: a file could not be read or written, or a transfer failed; the device can still be used."""

    status = -4


class AbiError(Error):
    """BONNET_EABI: versions of chip, file and library disagree."""

    status = -5


class FormatError(Error, ValueError):
    """BONNET_EFORMAT: a file is damaged or is not what it should be."""

    status = -6


class DeviceTimeout(Error, TimeoutError):
    """BONNET_ETIMEOUT: the job did not finish in time; it was stopped and the device is idle."""

    status = -7


class BusError(Error, OSError):
    """BONNET_EBUS: the chip met a bus error; the job was stopped and the device is idle."""

    status = -8


class Cancelled(Error):
    """BONNET_EINTR: `Device.cancel()` was called; the device is idle."""

    status = -9


class Unsupported(Error):
    """BONNET_EUNSUPPORTED: a sound network that this device or version cannot run."""

    status = -10


class Mismatch(Error):
    """BONNET_EMISMATCH: results differ from golden.

    layer (name), y, x, channel, slice: where the first difference is, in execution order; wanted, got: the values there (bits of a binary
    map, int16 features, int32 logits); maps, words: how much was compared up to there.
    """

    status = -11
    layer = None

    def __init__(self, message, divergence=None):
        super().__init__(message)
        if divergence is not None:
            self.layer = divergence.name.decode()
            self.y, self.x, self.channel, self.slice = divergence.y, divergence.x, divergence.channel, divergence.slice
            self.wanted, self.got = divergence.wanted, divergence.got
            self.maps, self.words = divergence.maps_compared, divergence.words_compared


BY_STATUS = {cls.status: cls for cls in (InvalidArgument, OutOfMemory, NoDevice, TransferError, AbiError, FormatError, DeviceTimeout, BusError,
                                         Cancelled, Unsupported, Mismatch)}


def from_status(status, message):
    """The exception for a bonnet_status, with the library's line about it."""
    cls = BY_STATUS.get(status)
    return cls(message) if cls else Error(message, status)
