#!/usr/bin/env python3
"""Compares the public API of the core with core/public-api.txt, so that a change is reviewed.

Reads what `cargo doc` wrote, which has no hidden items, and prints what differs. `--write` takes
the API as it is; another argument is the folder of the documentation. Methods of traits, which follow from their implementations, are left out.
"""

import difflib
import html
import pathlib
import re
import sys

DOCS = pathlib.Path(next((arg for arg in sys.argv[1:] if arg != "--write"), "target/doc"), "dingtalk_extcontact")
LISTED = pathlib.Path("core/public-api.txt")
ITEM = re.compile(r'<pre class="rust item-decl"><code>(.*?)</code></pre>', re.S)
HEADER = re.compile(r'<h[34] class="code-header">(.*?)</h[34]>', re.S)
# Implementations for every type, and what the compiler finds by itself.
REST = re.compile(r'<h2 id="(?:synthetic|blanket)-implementations".*', re.S)


def text(markup):
    """The text of a piece of HTML in one line."""
    plain = re.sub(r"<summary.*?</summary>|<(?:div|br)[^>]*>", " ", markup, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", plain)).replace("§", " ").split())


def api():
    # Not every file of the folder: those of earlier runs stay in it.
    for page in sorted(re.findall(r'<a href="(\w+\.\w+\.html)"', (DOCS / "all.html").read_text())):
        markup = REST.sub("", (DOCS / page).read_text())
        headers = sorted(text(header) for header in HEADER.findall(markup))
        shown = [line for line in headers if line.startswith("pub ") or " for " in line]
        yield "\n    ".join([*map(text, ITEM.findall(markup)), *shown])


def main():
    found = "\n\n".join(api()) + "\n"
    if "--write" in sys.argv[1:]:
        LISTED.write_text(found)
    listed = LISTED.read_text()
    diff = difflib.unified_diff(listed.splitlines(), found.splitlines(), str(LISTED), "now", lineterm="")
    print("\n".join(diff))
    if found != listed:
        sys.exit("The public API has changed. If that is meant: python3 tools/public_api.py --write")


if __name__ == "__main__":
    main()
