# SPDX-License-Identifier: Apache-2.0
"""The package's structs and functions against host/include/bonnet.h: what a compiler says about the header, field by field."""

import ctypes
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import bonnet
from bonnet import _library, errors

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = (ROOT / "host/include/bonnet.h").read_text()
CODE = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)


def measure(structs):
    """Size and offsets of every struct of bonnet.h: {(struct, field or ""): bytes}."""
    lines = []
    for name, struct in structs.items():
        lines.append(f'printf("{name}  %zu\\n", sizeof({name}));')
        lines += [f'printf("{name} {field} %zu\\n", offsetof({name}, {field}));' for field, *_ in struct._fields_]
    program = "#include <stdio.h>\n#include <stddef.h>\n#include \"bonnet.h\"\nint main(void) {\n" + "\n".join(lines) + "\nreturn 0; }\n"
    with tempfile.TemporaryDirectory() as work:
        source = pathlib.Path(work, "layout.c")
        source.write_text(program)
        subprocess.run([os.environ.get("CC", "gcc"), "-I", str(ROOT / "host/include"), "-o", f"{work}/layout", str(source)], check=True)
        out = subprocess.run([f"{work}/layout"], check=True, capture_output=True, text=True).stdout
    return {tuple(line.split(" ")[:2]): int(line.split(" ")[2]) for line in out.splitlines()}


class Header(unittest.TestCase):
    def test_structs(self):
        declared = set(re.findall(r"^typedef struct (bonnet_\w+) \{", CODE, flags=re.M))
        self.assertEqual(declared, set(_library.STRUCTS), "structs of bonnet.h that the package lacks, or the reverse")
        for (name, field), value in measure(_library.STRUCTS).items():
            struct = _library.STRUCTS[name]
            here = getattr(struct, field).offset if field else ctypes.sizeof(struct)
            self.assertEqual(here, value, f"{name}.{field}" if field else f"size of {name}")

    def test_fields(self):  # a new field in old padding changes no offset
        for name, struct in _library.STRUCTS.items():
            body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (name, name), CODE, flags=re.S).group(1)
            body = re.sub(r"\[[^\]]*\]", "", body)
            count = sum(declaration.count(",") + 1 for declaration in body.split(";") if declaration.strip())
            self.assertEqual(count, len(struct._fields_), name)

    def test_functions(self):
        declared = set(re.findall(r"\b(bonnet_\w+)\(", " ".join(re.findall(r"^BONNET_API(?:_VOID)? [^;]*;", CODE, flags=re.M | re.S))))
        self.assertEqual(declared, set(_library.FUNCTIONS))

    def test_arguments(self):
        for name, (_, arguments) in _library.FUNCTIONS.items():
            text = re.search(r"\b%s\(([^;]*)\);" % name, CODE, flags=re.S).group(1)
            self.assertEqual(0 if text.strip() == "void" else text.count(",") + 1, len(arguments), name)

    def test_statuses(self):
        values = {int(value) for value in re.findall(r"BONNET_E\w+\s*=\s*(-\d+)", CODE)}
        self.assertEqual(values, set(errors.BY_STATUS))
        for status, cls in errors.BY_STATUS.items():
            name = _library.lib.bonnet_status_name(status).decode()
            self.assertTrue(cls.__doc__.startswith(name + ":"), f"{cls.__name__} says it is {cls.__doc__.split(':')[0]}, and {status} is {name}")

    def test_version(self):
        self.assertEqual(bonnet.__version__, ".".join(re.findall(r"BONNET_VERSION_\w+ (\d+)", CODE)))
        self.assertIn(f'version = "{bonnet.__version__}"', (ROOT / "python/pyproject.toml").read_text())

    def test_everything_says_what_it_is(self):
        for name in bonnet.__all__:
            thing = getattr(bonnet, name)
            self.assertTrue(name == "library_path" or thing.__doc__, name)
            for member, function in vars(thing).items() if isinstance(thing, type) else []:
                if callable(function) and not member.startswith("_"):
                    self.assertTrue(function.__doc__, f"{name}.{member}")
