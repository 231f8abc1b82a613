#!/usr/bin/env python3
"""Fails if files of one crate read each other in a circle, and prints it as a -> b -> a.

A file reads another where it names something of it: in a `use`, or by a path that begins with
`crate::`, `super::`, `self::` or a child module. A name that a module re-exports counts for the
file that defines it, so a child may reach its siblings through its parent. `mod child;` and a
re-export that the file itself does not use are no reading, nor are comments, texts and what
stands under `#[cfg(test)]`. Not seen: methods of a value whose type is not named.
"""

import pathlib
import re
import sys

ROOMS = ["core", "bindings-c", "bindings-node", "bindings-python", "cli", "sandbox", "conformance",
         "test-support"]
NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?\'(?:\\[^\']+|[^\\\'])\'', re.S
)
USE = re.compile(r"(pub(?:\([^)]*\))?\s+)?\buse\s+([^;]+);")
PATH = re.compile(r"(?<![\w:])(?:\w+::)+\w+")


def without_tests(text):
    """The code without what stands under #[cfg(test)]: to its semicolon or closing brace."""
    while start := re.search(r"#\[cfg\((?:all\()?test\b[^\]]*\]", text):
        end, depth = start.end(), 0
        while end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
            if depth == 0 and text[end - 1] in ";}":
                break
        text = text[: start.start()] + text[end:]
    return text


def leaves(tree):
    """The (path, name) pairs of a use tree: a::{b, c::d as e} gives a::b as b and a::c::d as e."""
    inner = re.fullmatch(r"(.*?)\{(.*)\}", tree.strip(), re.S)
    if not inner:
        path, _, name = (part.strip() for part in tree.partition(" as "))
        path = path.removesuffix("::self").removesuffix("::*")
        return [(path.split("::"), name or path.split("::")[-1])] if path else []
    parts = re.findall(r"(?:[^,{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})+", inner[2])
    return [leaf for part in parts for leaf in leaves(inner[1].strip() + part.strip())]


class Crate:
    def __init__(self, source):
        self.files, self.uses, self.body = {}, {}, {}
        for file in sorted(source.rglob("*.rs")):
            module = file.relative_to(source).with_suffix("").parts
            module = module[:-1] if module[-1] in ("mod", "lib") else module
            code = without_tests(NOISE.sub('""', file.read_text()))
            self.files[module], self.body[module] = file, USE.sub("", code)
            self.uses[module] = [
                (name, path, bool(use[1])) for use in USE.finditer(code) for path, name in leaves(use[2])
            ]

    def file_of(self, module, path, seen=()):
        """The module that defines what a path in a module names; None for another crate's."""
        at, path = module, list(path)
        if path[0] == "crate":
            at, path = (), path[1:]
        elif path[0] == "self":
            path = path[1:]
        elif path[0] != "super" and at + (path[0],) not in self.files:
            return None
        for word in path:
            used = [path for name, path, _ in self.uses[at] if name == word]
            if word == "super":
                at = at[:-1]
            elif at + (word,) in self.files:
                at = at + (word,)
            elif used and (at, word) not in seen:
                return self.file_of(at, used[0], (*seen, (at, word))) or at
            else:
                break
        return at

    def reads(self):
        """Every module with the modules that it reads."""
        for module, uses in self.uses.items():
            body = self.body[module]
            paths = [p for name, p, public in uses if not public or re.search(rf"\b{name}\b", body)]
            paths += [path.split("::") for path in PATH.findall(body)]
            found = {self.file_of(module, path) for path in paths}
            yield module, found - {module, None}


def shortest_circles(reads):
    """The shortest way back to itself for every module that has one; each circle once."""
    circles = {}
    for start in sorted(reads):
        ways, seen = [[start]], set()
        for way in ways:
            if start in reads[way[-1]]:
                circles.setdefault(frozenset(way), way)
                break
            new = reads[way[-1]] - seen
            seen |= new
            ways += [[*way, module] for module in sorted(new)]
    return list(circles.values())


def main():
    found = []
    for room in ROOMS:
        crate = Crate(pathlib.Path(room, "src"))
        for circle in shortest_circles(dict(crate.reads())):
            found.append([str(crate.files[module]) for module in circle])
    for circle in found:
        print("a circle:", " -> ".join([*circle, circle[0]]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
