#!/usr/bin/env python3
"""Makes of the C header what languages need that cannot read it as it is.

Usage: declarations.py [--check]

Writes each of OUTPUTS; with --check nothing is written, and one that is out of step is an error.
A further language is a function of a `Header` and a line in OUTPUTS.
"""

import pathlib
import re
import sys
from typing import NamedTuple

import declarations_dotnet
import declarations_go
import declarations_java
import declarations_php

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADER = ROOT / "include/dingtalk_extcontact.h"


class Function(NamedTuple):
    """A function of the library, or the type of a callback: C's own words for its types."""

    result: str
    name: str
    parameters: list  # of (type, name)


class Header(NamedTuple):
    version: str
    enums: dict  # name: [(constant, number)]
    notes: dict  # what is said of a type, a constant, a function, without who owns what
    handles: list  # the opaque types
    callbacks: list  # of Function
    functions: list  # of Function

    @property
    def abi(self):
        """The part of the version that the SONAME has."""
        major, minor, _ = self.version.split(".")
        return major if major != "0" else f"0.{minor}"


def parameters(text):
    """`const char *a, int b` as [("const char *", "a"), ("int", "b")]."""
    found = []
    for one in text.split(","):
        if one.strip() == "void":
            continue
        kind, name = re.fullmatch(r"(.*?[\s*])(\w+)", one.strip(), re.S).groups()
        found.append((" ".join(kind.split()), name))
    return found


def read(text):
    """The header's declarations. What is left over after them is an error: it would be lost."""
    version = re.search(r'#define DTX_VERSION "(.*)"', text)[1]
    rest = re.sub(r"#ifdef __cplusplus.*?#endif[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    rest = re.sub(r"^#(.*\\\n)*.*$", "", rest, flags=re.M)
    said = re.findall(r"/\*\*((?:(?!\*/).)*)\*/\s*(?:typedef struct |[\w\s*]*?\b(?=dtx_\w+\())?(\w+)", text, re.S)
    said += re.findall(r"/\*\*((?:(?!\*/).)*)\*/\s*typedef enum \{[^{}]*\} (\w+);", text, re.S)
    notes = {name: " ".join(re.sub(r"^ *\*|Owner:.*", "", note, flags=re.M | re.S).split()) for note, name in said}
    header = Header(version, {}, notes, [], [], [])

    def enum(match):
        constants = re.findall(r"(\w+) = (\d+)", match[1])
        header.enums[match[2]] = [(name, int(number)) for name, number in constants]
        return ""

    def callback(match):
        header.callbacks.append(Function(match[1].strip(), match[2], parameters(match[3])))
        return ""

    def handle(match):
        header.handles.append(match[1])
        return ""

    def function(match):
        result = " ".join(match[1].split())
        header.functions.append(Function(result, match[2], parameters(match[3])))
        return ""

    rest = re.sub(r"typedef enum \{([^{}]*)\} (\w+);", enum, rest, flags=re.S)
    rest = re.sub(r"typedef ([\w\s*]+?)\(\*(\w+)\)\(([^()]*)\);", callback, rest)
    rest = re.sub(r"typedef struct (\w+) \1;", handle, rest)
    rest = re.sub(r"([\w\s*]+?)\b(dtx_\w+)\(([^()]*)\);", function, rest)
    if rest.strip():
        sys.exit(f"declarations.py: not understood in {HEADER.name}: {rest.strip()[:200]}")
    return header


def c_line(function, name):
    listed = ", ".join(kind + ("" if kind.endswith("*") else " ") + own for kind, own in function.parameters)
    space = "" if function.result.endswith("*") else " "
    return f"{function.result}{space}{name}({listed or 'void'});"


def ffi(header):
    """C without a preprocessor."""
    lines = [
        # PHP looks for these on the first lines alone.
        f'#define FFI_SCOPE "{declarations_php.SCOPE}"',
        f'#define FFI_LIB "{declarations_php.LIBRARY}.{header.abi}"',
        "/*",
        " * The declarations of dingtalk_extcontact.h for PHP's FFI, which reads C without a preprocessor:",
        f' * by FFI::load(), or named in ffi.preload and then FFI::scope("{declarations_php.SCOPE}"). What each does',
        " * stands in that header. Made by tools/declarations.py; `make header` renews it.",
        " */",
        "",
    ]
    for name, constants in header.enums.items():
        listed = ",\n  ".join(f"{constant} = {number}" for constant, number in constants)
        lines.append(f"typedef enum {{\n  {listed}\n}} {name};")
    lines += [f"typedef struct {name} {name};" for name in header.handles]
    lines += ["typedef " + c_line(one, f"(*{one.name})") for one in header.callbacks]
    lines += [c_line(one, one.name) for one in header.functions]
    return "\n".join(lines) + "\n"


OUTPUTS = {
    "include/dingtalk_extcontact_ffi.h": ffi,
    "bindings-php/dingtalk_extcontact_ffi.h": ffi,
}


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    header = read(HEADER.read_text(encoding="utf-8"))
    outputs = {name: make(header) for name, make in OUTPUTS.items()}
    for language in declarations_dotnet, declarations_go, declarations_java, declarations_php:
        outputs |= language.outputs(header)
    for name, made in outputs.items():
        path = ROOT / name
        if not check:
            path.write_text(made, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != made:
            sys.exit(f"{name} is out of step with {HEADER.name}; `make header` renews it")


if __name__ == "__main__":
    main()
