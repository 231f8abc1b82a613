"""The C header, read: what every language is made of."""

import pathlib
import re
import sys
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
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
    def numbers(self):
        """Those of the version: 1.2.0-rc.1 has 1, 2 and 0."""
        return [int(number) for number in self.version.partition("-")[0].split(".")]

    @property
    def abi(self):
        """The part of the version that the SONAME has."""
        major, minor, _ = self.numbers
        return str(major or f"0.{minor}")


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
        sys.exit(f"declarations: not understood in {HEADER.name}: {rest.strip()[:200]}")
    return header
