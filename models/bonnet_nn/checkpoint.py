"""Read tensors out of a PyTorch checkpoint without trusting it and without torch.

    read(path) -> {key: numpy array}, the state_dict under the key `network` (or the file's whole, if it is one)

A checkpoint is a pickle, and a pickle is a program. This reader runs none of it: it knows tensors, storages and plain containers;
what else the published training code saves (numpy arrays of its running statistics) becomes an inert placeholder; any other name
is refused. Both containers of torch.save are read: the zip file of torch 1.6 and later, and the one before.
Errors: CheckpointError, one line.
"""
import io
import os
import pickle
import zipfile

import numpy as np

MAX_FILE = 2 << 30          # bytes; weights, two moments of an optimiser and change
MAX_PICKLE = 16 << 20       # bytes of the pickle itself
MAX_TENSOR = 1 << 26        # elements of one tensor
MAX_KEYS = 10000
LEGACY_MAGIC, LEGACY_PROTOCOL = 0x1950a86a20f9469cfc6c, 1001


class CheckpointError(ValueError):
    pass


class _Dict(dict):
    """stands for OrderedDict"""


class _Inert:
    """Stands for a value that is of no use here; takes anything, does nothing."""

    def __init__(self, *_):
        pass

    def append(self, _):
        pass

    def extend(self, _):
        pass

    def __setitem__(self, *_):
        pass


class _Storage:
    def __init__(self, kind, key, count):
        if not isinstance(kind, _Kind) or not isinstance(key, str) or not isinstance(count, int) or not 0 <= count <= MAX_FILE:
            raise CheckpointError("a storage is not well formed")
        self.dtype, self.wide, self.key, self.count = kind.dtype, kind.wide, key, count


class _Kind:
    def __init__(self, dtype, wide=False):
        self.dtype, self.wide = np.dtype(dtype), wide       # wide: bfloat16, the upper half of a float32


class _Tensor:
    def __init__(self, storage, offset, size, stride, *_):
        whole = lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= MAX_FILE
        if not (isinstance(storage, _Storage) and whole(offset) and isinstance(size, tuple) and isinstance(stride, tuple)
                and len(size) == len(stride) <= 8 and all(map(whole, size + stride))):
            raise CheckpointError("a tensor is not well formed")
        count, last = 1, offset
        for n, step in zip(size, stride):
            count *= n
            last += (n - 1) * step
        if count > MAX_TENSOR:
            raise CheckpointError(f"a tensor of {count} numbers; {MAX_TENSOR} fit")
        if count and last >= storage.count:
            raise CheckpointError("a tensor reaches beyond its storage")
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def array(self, fetch):
        """fetch(storage) -> bytes"""
        s = self.storage
        flat = np.frombuffer(fetch(s), s.dtype)
        if s.wide:
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        step = [n * flat.itemsize for n in self.stride]
        if not np.prod(self.size, dtype=np.int64):
            return np.zeros(self.size, flat.dtype)
        return np.lib.stride_tricks.as_strided(flat[self.offset:], self.size, step).copy()


def _parameter(data, *_):
    return data


KINDS = {"Float": "<f4", "Double": "<f8", "Half": "<f2", "Long": "<i8", "Int": "<i4", "Short": "<i2", "Char": "i1", "Byte": "u1", "Bool": "u1"}
KNOWN = {
    ("collections", "OrderedDict"): _Dict,
    ("torch._utils", "_rebuild_tensor"): _Tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch", "BFloat16Storage"): _Kind("<u2", True),
    ("_codecs", "encode"): _Inert,
    **{("torch", name + "Storage"): _Kind(dtype) for name, dtype in KINDS.items()},
    **{(module, name): _Inert for module in ("numpy.core.multiarray", "numpy._core.multiarray") for name in ("_reconstruct", "scalar")},
    **{("numpy", name): _Inert for name in ("ndarray", "dtype")}}


class _Reader(pickle._Unpickler):
    """The unpickler in Python: its memo is a dictionary, so that no number in the file sizes an allocation."""

    def find_class(self, module, name):
        if (module, name) not in KNOWN:
            shown = "".join(c if 32 < ord(c) < 127 else "?" for c in f"{module}.{name}"[:80])
            raise CheckpointError(f"it wants to call '{shown}'; tensors, numbers and plain containers are read, nothing else")
        return KNOWN[module, name]

    def persistent_load(self, pid):
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage" or (len(pid) > 5 and pid[5] is not None):
            raise CheckpointError("a storage is not well formed")
        return _Storage(pid[1], pid[2], pid[4])

    def ignore_state(self):
        self.stack.pop()                # the state of an object (of arrays, or _metadata of a state_dict): not needed

    def call_known(self):
        """only what find_class gave is ever called; dictionaries start empty, so that no call copies anything large"""
        arguments = self.stack.pop()
        call = self.stack[-1]
        if not any(call is known for known in KNOWN.values()) or not callable(call) or not isinstance(arguments, tuple):
            raise CheckpointError("it calls something that is no constructor")
        if call is _Dict and arguments:
            raise CheckpointError("it builds a dictionary in a way that no state_dict needs")
        self.stack[-1] = call(*arguments)

    def refuse(self):
        raise CheckpointError("it uses a pickle operation that no state_dict needs")

    dispatch = dict(pickle._Unpickler.dispatch)
    dispatch[pickle.BUILD[0]] = ignore_state
    dispatch[pickle.REDUCE[0]] = call_known
    for _code in (pickle.INST, pickle.OBJ, pickle.NEWOBJ, pickle.NEWOBJ_EX, pickle.EXT1, pickle.EXT2, pickle.EXT4):
        dispatch[_code[0]] = refuse


def _unpickle(file):
    try:
        return _Reader(file, encoding="utf-8").load()
    except CheckpointError:
        raise
    except Exception as e:              # whatever a damaged stream makes the interpreter of it say
        raise CheckpointError(f"not a PyTorch checkpoint (its pickle is damaged: {type(e).__name__})") from None


def _read_zip(path):
    """(object, fetch)"""
    with zipfile.ZipFile(path) as z:
        names = [n for n in z.namelist() if n.endswith("/data.pkl") and n.count("/") == 1]
        if len(names) != 1:
            raise CheckpointError("not a PyTorch checkpoint (a zip file without one data.pkl)")
        prefix = names[0][:-len("data.pkl")]
        if z.getinfo(names[0]).file_size > MAX_PICKLE:
            raise CheckpointError(f"its pickle is larger than {MAX_PICKLE >> 20} MiB")
        if prefix + "byteorder" in z.namelist() and z.read(prefix + "byteorder")[:16] != b"little":
            raise CheckpointError("it was saved on a big-endian machine")
        found = _unpickle(io.BytesIO(z.read(names[0])))

    def fetch(storage):
        with zipfile.ZipFile(path) as z:
            name = f"{prefix}data/{storage.key}"
            if name not in z.namelist():
                raise CheckpointError(f"the storage '{storage.key[:40]}' is missing")
            info = z.getinfo(name)
            if info.compress_type != zipfile.ZIP_STORED or info.file_size != storage.count * storage.dtype.itemsize:
                raise CheckpointError(f"the storage '{storage.key[:40]}' has {info.file_size} bytes, not {storage.count} numbers")
            return z.read(name)
    return found, fetch


class _Bounded:
    """The first MAX_PICKLE bytes of a file."""

    def __init__(self, file):
        self.file = file

    def read(self, count):
        if count < 0 or self.file.tell() + count > MAX_PICKLE:
            raise CheckpointError(f"its pickle is larger than {MAX_PICKLE >> 20} MiB, or is none")
        return self.file.read(count)

    def readline(self):
        return self.file.readline(4096)


def _read_legacy(path):
    with open(path, "rb") as f:
        size = os.fstat(f.fileno()).st_size
        stream = _Bounded(f)
        if _unpickle(stream) != LEGACY_MAGIC or _unpickle(stream) != LEGACY_PROTOCOL:
            raise CheckpointError("not a PyTorch checkpoint")
        system = _unpickle(stream)
        if not isinstance(system, dict) or system.get("little_endian") is not True:
            raise CheckpointError("it was saved on a big-endian machine")
        found = _unpickle(stream)
        keys = _unpickle(stream)
        if not isinstance(keys, list):
            raise CheckpointError("not a PyTorch checkpoint (no list of storages)")
        at, storages, place = f.tell(), {}, {}
        _storages(found, storages)
        for key in keys:                # each: number of elements, 8 bytes; then the elements
            f.seek(at)
            count = int.from_bytes(f.read(8), "little")
            if not isinstance(key, str) or key not in storages or count != storages[key].count:
                raise CheckpointError("a storage does not fit its tensor, or nothing uses it")
            place[key] = at + 8
            at += 8 + count * storages[key].dtype.itemsize
            if at > size:
                raise CheckpointError("it ends inside a storage")

    def fetch(storage):
        if storage.key not in place or storage.count != storages[storage.key].count or storage.dtype != storages[storage.key].dtype:
            raise CheckpointError("a storage is missing, or of two kinds")
        with open(path, "rb") as f:
            f.seek(place[storage.key])
            return f.read(storage.count * storage.dtype.itemsize)
    return found, fetch


def _storages(root, into):
    """every storage below root by its key; the containers may refer to themselves"""
    seen, queue = set(), [root]
    while queue:
        value = queue.pop()
        if isinstance(value, _Tensor):
            into[value.storage.key] = value.storage
        elif isinstance(value, (dict, list, tuple, set)) and id(value) not in seen:
            seen.add(id(value))
            queue += value.values() if isinstance(value, dict) else value


def _state(found):
    if not isinstance(found, dict):
        raise CheckpointError("it holds no dictionary")
    state = found["network"] if "network" in found else found
    if "conv1.weight" not in found and "network" not in found:
        raise CheckpointError("missing key 'network' (the state_dict of a published checkpoint)")
    if not isinstance(state, dict) or not 0 < len(state) <= MAX_KEYS or not all(isinstance(key, str) for key in state):
        raise CheckpointError("'network' is no state_dict")
    return state


def read(path):
    if not os.path.isfile(path) and os.path.exists(path):
        raise CheckpointError("not a file")
    if os.path.getsize(path) > MAX_FILE:
        raise CheckpointError(f"larger than {MAX_FILE >> 30} GiB; no checkpoint of these networks is")
    with open(path, "rb") as f:
        start = f.read(4)
    try:
        found, fetch = _read_zip(path) if start[:2] == b"PK" else _read_legacy(path)
        arrays = {}
        for key, value in _state(found).items():
            if not isinstance(value, _Tensor):
                raise CheckpointError(f"'{key[:80]}' is no tensor")
            arrays[key] = value.array(fetch)
        return arrays
    except zipfile.BadZipFile:
        raise CheckpointError("not a PyTorch checkpoint (a damaged zip file)") from None
