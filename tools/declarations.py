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
    notes: dict  # what is said of a constant
    handles: list  # the opaque types
    callbacks: list  # of Function
    functions: list  # of Function


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
    said = re.findall(r"/\*\*((?:(?!\*/).)*)\*/\s*(\w+) = \d+,", text, re.S)
    notes = {name: " ".join(re.sub(r"^ *\*", "", note, flags=re.M).split()) for note, name in said}
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


def abi(version):
    """The part of the version that the SONAME has."""
    major, minor, _ = version.split(".")
    return major if major != "0" else f"0.{minor}"


def ffi(header):
    """C without a preprocessor."""
    lines = [
        # PHP looks for these on the first lines alone.
        '#define FFI_SCOPE "DINGTALK_EXTCONTACT"',
        f'#define FFI_LIB "libdingtalk_extcontact.so.{abi(header.version)}"',
        "/*",
        " * The declarations of dingtalk_extcontact.h for PHP's FFI, which reads C without a preprocessor:",
        ' * by FFI::load(), or named in ffi.preload and then FFI::scope("DINGTALK_EXTCONTACT"). What each does',
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


JAVA = "bindings-java/src/main/java/dingtalk/extcontact/"
JAVA_TYPES = {
    "void": "void", "int": "int", "uint32_t": "int", "int64_t": "long", "uint64_t": "long",
    "int *": "IntByReference", "uint32_t *": "IntByReference",
    "int64_t *": "LongByReference", "uint64_t *": "LongByReference",
}  # fmt: skip
MADE = "// Made of the C header by tools/declarations.py; `make header` renews it.\npackage dingtalk.extcontact;\n"


def java_type(kind, header, is_result):
    """Text goes in as bytes, as JNA would put question marks into it, or end it at a NUL."""
    if kind in JAVA_TYPES:
        return JAVA_TYPES[kind]
    if kind in [one.name for one in header.callbacks]:
        return kind
    if kind == "const char *":
        return "String" if is_result else "byte[]"
    return "PointerByReference" if kind.endswith("**") else "Pointer"


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def java(header):
    def line(one, name, is_callback):
        listed = ", ".join(
            f"{java_type(kind, header, is_callback).replace('String', 'Pointer')} {camel(own)}"
            for kind, own in one.parameters
        )
        return f"{java_type(one.result, header, True)} {name}({listed});"

    callbacks = [
        f"    interface {one.name} extends Callback {{\n        {line(one, 'invoke', True)}\n    }}\n"
        for one in header.callbacks
    ]
    return "\n".join([
        MADE,
        "import com.sun.jna.Callback;",
        "import com.sun.jna.Pointer;",
        "import com.sun.jna.ptr.IntByReference;",
        "import com.sun.jna.ptr.LongByReference;",
        "import com.sun.jna.ptr.PointerByReference;",
        "",
        "/** The functions of the C library; what each does stands in its header. */",
        "final class Dtx {",
        f'    static final String VERSION = "{header.version}";',
        f'    static final String ABI = "{abi(header.version)}";',
        "",
        "    static {",
        "        Natives.register(Dtx.class);",
        "    }",
        "",
        "    private Dtx() {}",
        "",
        *callbacks,
        *[f"    static native {line(one, one.name, False)}" for one in header.functions],
        "}",
        "",
    ])  # fmt: skip


def java_enum(source, name, prefix, unknown):
    """An enum of the results but DTX_OK, or of another list; with a value for later numbers."""

    def make(header):
        constants = [it for it in header.enums[source] if it[0] != "DTX_OK"]
        listed = [
            f"    /** {header.notes[constant]} */\n    {constant[len(prefix):]}({number}),\n"
            for constant, number in constants
        ]
        if unknown:
            listed.append(f"    /** {unknown} */\n    UNKNOWN(-1),\n")
        told = re.sub(r"DTX_(?:STATUS_|LOG_|JOURNAL_)?(\w+)", r"\1", "".join(listed))
        about = NOTES[name]
        return "\n".join([
            MADE,
            f"/** {about} */",
            f"public enum {name} {{",
            told.rstrip(",\n") + ";\n",
            "    final int number;",
            "",
            f"    {name}(int number) {{",
            "        this.number = number;",
            "    }",
            "",
            f"    static {name} of(int number) {{",
            f"        for ({name} one : values()) {{",
            "            if (one.number == number) {",
            "                return one;",
            "            }",
            "        }",
            f"        return {'UNKNOWN' if unknown else 'OFF'};",
            "    }",
            "}",
            "",
        ])  # fmt: skip

    return make


LATER = "A value that a later version of the library has and this package does not know."
NOTES = {
    "Kind": "What kind of error it is. More may come: treat {@link #UNKNOWN} like {@link #API}.",
    "Status": "How a contact came to be gone.",
    "LogLevel": "How much is logged; each level includes those above it.",
}


def php_exceptions(header):
    """A class for each kind of error, by its file; wrong arguments are of PHP's own kind, too."""
    made = {}
    for constant, _ in header.enums["dtx_result"][1:]:
        name = constant.removeprefix("DTX_").title().replace("_", "") + "Exception"
        base = name if name == "InvalidArgumentException" else "RuntimeException"
        made[f"bindings-php/src/Exception/{name}.php"] = f"""<?php

// Made by tools/declarations.py; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\\Exception;

use DingtalkExtcontact\\DingTalkException;
use DingtalkExtcontact\\Failure;

/** {header.notes[constant]} */
final class {name} extends \\{base} implements DingTalkException
{{
    use Failure;
}}
"""
    return made


# The Go type of each of these lists, and what its constants begin with.
GO_TYPES = {
    "dtx_result": ("Kind", "DTX_", "Err"),
    "dtx_status": ("Status", "DTX_STATUS_", "Status"),
    "dtx_restore_status": ("RestoreStatus", "DTX_RESTORE_", "Restore"),
    "dtx_journal_state": ("JournalState", "DTX_JOURNAL_", "Journal"),
}


def go(header):
    """Kinds and states as they stand in JSON, and the version; cgo reads the header itself."""
    major, minor, _ = map(int, header.version.split("."))
    of_abi = f"/ 1000000 != {major}" if major else f"/ 1000 != {minor}"
    constants = []
    for source, (type_name, prefix, begins) in GO_TYPES.items():
        for constant, _ in header.enums[source]:
            if constant != "DTX_OK":
                word = constant.removeprefix(prefix)
                name = begins + "".join(
                    part if part in ("API", "TLS", "ID") else part.capitalize() for part in word.split("_")
                )
                constants += ["", f"// {name}: {header.notes[constant]}", f'const {name} {type_name} = "{word.lower()}"']
    return "\n".join([
        "// Code generated by tools/declarations.py from the C header; DO NOT EDIT.",
        "",
        "package extcontact",
        "",
        "/*",
        "#include <dingtalk_extcontact.h>",
        f"#if DTX_VERSION_NUMBER {of_abi}",
        f'#error "the dingtalk_extcontact.h that was found is not of version {abi(header.version)}"',
        "#endif",
        "*/",
        'import "C"',
        "",
        "// Version is the one of this package, and of the C library that it is made for.",
        f'const Version = "{header.version}"',
        "",
        f'const abi = "{abi(header.version)}"',
        *constants,
        "",
    ])  # fmt: skip


OUTPUTS = {
    "include/dingtalk_extcontact_ffi.h": ffi,
    "bindings-php/dingtalk_extcontact_ffi.h": ffi,
    JAVA + "Dtx.java": java,
    JAVA + "Kind.java": java_enum("dtx_result", "Kind", "DTX_", LATER),
    JAVA + "Status.java": java_enum("dtx_status", "Status", "DTX_STATUS_", LATER),
    JAVA + "LogLevel.java": java_enum("dtx_log_level", "LogLevel", "DTX_LOG_", ""),
    "bindings-go/generated.go": go,
}


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    header = read(HEADER.read_text(encoding="utf-8"))
    outputs = {name: make(header) for name, make in OUTPUTS.items()} | php_exceptions(header)
    for name, made in outputs.items():
        path = ROOT / name
        if not check:
            path.write_text(made, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != made:
            sys.exit(f"{name} is out of step with {HEADER.name}; `make header` renews it")


if __name__ == "__main__":
    main()
