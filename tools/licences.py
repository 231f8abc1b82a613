#!/usr/bin/env python3
"""Fails if a crate that is built into the library or the command has a licence that is not listed here.

Reads `cargo metadata` on standard input. Development tools (dev-dependencies) are not
shipped and not asked about.
"""

import json
import re
import sys

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",  # Mozilla's root certificates, as data (webpki-roots)
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}


def allowed(expression):
    """Whether an SPDX expression leaves a choice of allowed licences only."""
    text = expression.replace("/", " OR ")
    words = re.findall(r"\(|\)|[^\s()]+(?: WITH [^\s()]+)?", text)
    python = " ".join(
        word if word in "()" else word.lower() if word in ("AND", "OR") else str(word in ALLOWED)
        for word in words
    )
    return eval(python, {"__builtins__": {}})  # only True, False, and, or, ( and ) can be in it


def main():
    metadata = json.load(sys.stdin)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    seen, todo = set(), list(metadata["workspace_members"])
    while todo:
        package = todo.pop()
        if package in seen:
            continue
        seen.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                todo.append(dependency["pkg"])
    bad = [
        f"{packages[i]['name']} {packages[i]['version']}: {packages[i]['license']}"
        for i in sorted(seen)
        if not (packages[i]["license"] and allowed(packages[i]["license"]))
    ]
    print(f"{len(seen)} crates, {len(bad)} with a licence that is not allowed")
    sys.exit("\n".join(bad) if bad else 0)


if __name__ == "__main__":
    main()
