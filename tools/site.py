#!/usr/bin/env python3
"""Builds the documentation site, English and Chinese, and checks it.

Usage: site.py build TARGET     into TARGET/site; the pages as Zensical reads them are in TARGET/pages
       site.py check TARGET     what was built: twins, links, and in Chromium requests, console, width, search

Pages are docs/en and docs/zh, and the READMEs of the packages. Code in a page is included from a file
that a test runs: from docs/snippets, or as `README/errors.python` the Python block below the heading
"Errors" of README.md, `.python-2` the second one, and so of the other READMEs and docs/journal.md. A line `{{ kinds }}` or `{{ codes }}` of a page becomes the
table of kinds of that language's README, or the list of core/errcodes.tsv. Pages of the APIs (tools/site_api.py) are English.
"""

import collections
import csv
import functools
import html
import html.parser
import http.server
import json
import os
import pathlib
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import site_api

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
# The README of each language, in a clone and in a package.
LANGUAGES = {"en": "README.md", "zh": "README.zh-CN.md"}
PACKAGES = {"python": "Python", "node": "Node", "java": "Java", "php": "PHP", "dotnet": ".NET", "go": "Go", "c": "C"}
# Chinese characters and punctuation.
CHINESE = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
LEFT_OUT = ROOT / "tools" / "left-out.sh"


def blocks(text):
    """The fenced blocks of a page: [(language, code)]."""
    return re.findall(r"^```(\w+)[^\n]*\n(.*?)^```$", text, re.M | re.S)


def pages_of(language):
    """The pages below docs: [path]."""
    return [path.relative_to(DOCS / language).as_posix() for path in (DOCS / language).rglob("*.md")]


def adopted(language):
    """What is a page, and lies elsewhere in the clone: {path there: path of the page}."""
    names = {f"bindings-{name}/{LANGUAGES[language]}": f"languages/{name}.md" for name in PACKAGES}
    if language == "en":
        names |= {"docs/journal.md": "journal.md", "docs/performance.md": "performance.md"}
    return {name: page for name, page in names.items() if (ROOT / name).exists()}


# --- The pages as Zensical reads them ---


def stage_blocks(folder):
    """Writes the blocks of literate files, so that pages can include them."""
    sources = {"README": "README.md", "journal": "docs/journal.md"}
    sources |= {f"bindings-{name}": f"bindings-{name}/README.md" for name in PACKAGES}
    for name, source in sources.items():
        if not (ROOT / source).exists():
            continue
        (folder / name).mkdir(parents=True)
        counts = collections.Counter()
        sections = re.split(r"^#+ (.*)$", (ROOT / source).read_text(), flags=re.M)
        for heading, text in zip(sections[1::2], sections[2::2], strict=True):
            for kind, code in blocks(text):
                file = f"{re.sub('[^a-z0-9]+', '-', heading.lower()).strip('-')}.{kind}"
                counts[file] += 1
                file += f"-{counts[file]}" if counts[file] > 1 else ""
                (folder / name / file).write_text(code)


def adopt(source, page, places):
    """A file of the repository as a page: without its line of languages, and with links to pages alone."""
    text = re.sub(r"\A(# .*\n)\n(?:English|\[English\]).*\n", r"\1", source.read_text())

    def link(match):
        words, target = match.groups()
        if re.match(r"\w+:|#", target):
            return match[0]
        path, _, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(source.parent.relative_to(ROOT).as_posix(), path))
        if path not in places:
            return words
        there = posixpath.relpath(places[path], posixpath.dirname(page) or ".")
        return f"[{words}]({there}{'#' + anchor if anchor else ''})"

    name = PACKAGES.get(pathlib.PurePath(page).stem)
    if name:
        text = re.sub(r"\A# .*", f"# {name}", text)
    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)", link, text)


def kinds(language):
    """The table of kinds, as that language's README has it."""
    return re.search(r"^\| kind \|.*?(?=\n\n)", (ROOT / LANGUAGES[language]).read_text(), re.M | re.S)[0]


def codes(language):
    """The list of return codes, each with an anchor."""
    with (ROOT / "core" / "errcodes.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    lines = []
    for row in rows:
        meaning, advice = row["meaning"], row["advice"]
        if language == "zh":
            meaning, advice = row["meaning_zh"], advice and translations()[advice]
        anchor = re.sub(r"[^\w.-]", "-", row["code"])
        text = "<br>".join(html.escape(it, quote=False) for it in (meaning, advice) if it)
        lines.append(f'- <a id="{anchor}"></a>**`{row["code"]}`** `{row["kind"]}`<br>{text}')
    return "\n".join(lines)


@functools.cache
def translations():
    lines = (ROOT / "core/src/language/zh.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def stage(pages):
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(DOCS / "snippets", pages / "snippets")
    stage_blocks(pages / "snippets")
    for language in LANGUAGES:
        folder = pages / language
        shutil.copytree(DOCS / language, folder)
        shutil.copy(DOCS / f"{language}.toml", pages)
        shutil.copy(DOCS / "site.css", folder)
        shutil.copytree(DOCS / "performance", folder / "performance")
        for picture in ("report.png", "batch.svg"):
            shutil.copy(DOCS / picture, folder)
        own = {f"docs/{language}/{page}": page for page in pages_of(language)}
        places = own | adopted(language) | {LANGUAGES[language]: "index.md"}
        for source, page in adopted(language).items():
            (folder / page).parent.mkdir(exist_ok=True)
            (folder / page).write_text(adopt(ROOT / source, page, places))
        for page in folder.rglob("*.md"):
            text = page.read_text()
            for name, made in (("kinds", kinds), ("codes", codes)):
                if f"{{{{ {name} }}}}" in text:
                    text = text.replace(f"{{{{ {name} }}}}", made(language))
            # Where a line of Chinese goes on in the next one there is no space.
            page.write_text(re.sub(f"(?<=[{CHINESE}])\n *(?=[{CHINESE}])", "", text))


# --- What is built ---

FRONT = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>dingtalk-extcontact</title>
<script>location.replace(/^zh/i.test(navigator.language) ? 'zh/index.html' : 'en/index.html')</script>
<p><a href="en/index.html">English</a> · <a href="zh/index.html" lang="zh">简体中文</a></p>
</html>
"""


def to_twin(text, page):
    """A page whose links to the other language lead to the same page there, not to its first one.

    With a target the theme's script lets them be.
    """
    if page == ".":
        return text
    return re.sub(r'(<a href="[^"]*/)(" hreflang=)', rf'\g<1>{page}/" target="_self\g<2>', text)


def build(target):
    pages, site = target / "pages", target / "site"
    stage(pages)
    for language in LANGUAGES:
        command = [pathlib.Path(sys.executable).parent / "zensical", "build", "--clean", "--strict"]
        subprocess.run([*command, "-f", f"{language}.toml"], cwd=pages, check=True)
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(pages / "site", site)
    (site / "index.html").write_text(FRONT)
    for language in LANGUAGES:
        for path in (site / language).rglob("index.html"):
            path.write_text(to_twin(path.read_text(), path.parent.relative_to(site / language).as_posix()))
    shutil.copy(site / "en" / "assets" / "images" / "favicon.png", site / "favicon.ico")
    site_api.all(target, site / "api")
    print(f"{site}/index.html: {len(list(site.rglob('*.html')))} pages")


# --- Checks ---


def twins():
    """Each page is there in both languages and stands in both navigations, with the same code, from files."""
    faults, found = [], {}
    for language in LANGUAGES:
        own = {page: (DOCS / language / page).read_text() for page in pages_of(language)}
        found[language] = own
        pages = {*own, *adopted(language).values()}
        listed = set(re.findall(r'"([\w./-]+\.md)"', (DOCS / f"{language}.toml").read_text()))
        faults += [f"docs/{language}.toml: {page} is not there" for page in sorted(listed - pages)]
        faults += [f"docs/{language}.toml: {page} is not in the navigation" for page in sorted(pages - listed)]
        for page, text in own.items():
            copied = [kind for kind, code in blocks(text) if not code.lstrip().startswith("--8<--")]
            faults += [f"docs/{language}/{page}: {kind} that is not included from a file" for kind in copied]
    english, chinese = ({*own, *adopted(language).values()} for language, own in found.items())
    faults += [f"{page}: in one language alone" for page in sorted(english ^ chinese)]
    for page in sorted(set(found["en"]) & set(found["zh"])):
        ours, theirs = (re.findall(r'--8<-- "(.*?)"', found[language][page]) for language in LANGUAGES)
        if ours != theirs:
            faults.append(f"{page}: the languages include other code")
    return faults


class Anchors(html.parser.HTMLParser):
    """The links of a page, and what can be linked to in it."""

    def __init__(self):
        super().__init__()
        self.links, self.ids = [], set()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.update(attrs[name] for name in ("id", "name") if attrs.get(name))
        self.links += [attrs[name] for name in ("href", "src") if attrs.get(name)]


def links(site):
    """Links of the pages within the site that lead nowhere, but for those to an API that was left out."""
    left_out = [site / "api" / name for name in site_api.TOOLS if not (site / "api" / name).exists()]
    pages = {}
    for path in [site / "index.html", *(path for language in LANGUAGES for path in (site / language).rglob("*.html"))]:
        pages[path] = Anchors()
        pages[path].feed(path.read_text())
    faults, count = [], 0
    for path, page in pages.items():
        for link in page.links:
            url = urllib.parse.urlsplit(link)
            if url.scheme or url.netloc or path.name == "404.html":
                continue
            count += 1
            there = path if not url.path else pathlib.Path(os.path.normpath(path.parent / urllib.parse.unquote(url.path)))
            there = there / "index.html" if there.is_dir() else there
            anchor = urllib.parse.unquote(url.fragment)
            if any(there.is_relative_to(folder) for folder in left_out):
                continue
            if not there.exists():
                faults.append(f"{path.relative_to(site)}: {link} is not there")
            elif anchor and there in pages and anchor not in pages[there].ids:
                faults.append(f"{path.relative_to(site)}: {link} has no such place")
    return faults, count


def apis(site):
    """The first page of each API, as docs/en/api.md names it."""
    links = re.findall(r"\.\./(api/.*?html)", (DOCS / "en" / "api.md").read_text())
    return [link for link in links if (site / link).exists()]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


# Words that must find a page, in the search of each language.
SEARCHES = {"en": ["white list", "workbook"], "zh": ["白名单", "外部联系人", "限流", "撤销"]}


def in_browser(site):
    browser = next(filter(shutil.which, ["chromium", "chromium-browser", "google-chrome"]), None)
    if not browser or not shutil.which("node"):
        subprocess.run([LEFT_OUT, "documentation in a browser", "no Chromium, or no Node"], check=True)
        return []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/"
    searches = [{"page": f"{base}{language}/", "word": word} for language, words in SEARCHES.items() for word in words]
    files = [path for language in LANGUAGES for path in (site / language).rglob("index.html")]
    pages = sorted(base + file.relative_to(site).as_posix().removesuffix("index.html") for file in files)
    with tempfile.TemporaryDirectory() as profile:
        asked = {"profile": profile, "pages": pages, "widths": [1280, 380], "searches": searches}
        asked["apis"] = [base + link for link in apis(site)]
        done = subprocess.run(
            ["node", ROOT / "tools" / "site.js", browser], input=json.dumps(asked), text=True, stdout=subprocess.PIPE, check=True, timeout=600
        )
    server.shutdown()
    told = json.loads(done.stdout)
    missed = [f"nothing is found for {asked['word']}" for asked, found in zip(searches, told["found"], strict=True) if not found]
    print(f"{len(pages)} pages in a browser, at two widths; {len(searches)} searches")
    return told["faults"] + missed


def check(target):
    site = target / "site"
    faults, count = links(site)
    print(f"{count} links within the site")
    faults = twins() + faults + in_browser(site)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    {"build": build, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]).resolve())
