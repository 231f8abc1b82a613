"""The pages of each language's API, made by that language's own tool: all(target, folder), for tools/site.py."""

import html
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUIET = {"stdout": subprocess.DEVNULL}


class Missing(Exception):
    """What a tool needs and this machine has not."""


def python(target, folder):
    # The module's classes are compiled: pdoc would warn of each that it has no source.
    environment = {**os.environ, "PYTHONPATH": str(target / "python"), "PYTHONWARNINGS": "ignore"}
    modules = ["dingtalk_extcontact", "dingtalk_extcontact.testing"]
    command = [sys.executable, "-m", "pdoc", "--no-show-source", "--output-directory", folder, *modules]
    subprocess.run(command, env=environment, check=True, **QUIET)


def node(target, folder):
    modules = target / "docs-node" / "node_modules"
    # typedoc wants the files below the folder with its configuration, and its compiler beside them.
    work = target / "typedoc"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for name in ["index.d.ts", "testing.d.ts", "package.json"]:
        shutil.copy(ROOT / "bindings-node" / name, work)
    (work / "node_modules").symlink_to(modules)
    command = ["node", modules / "typedoc" / "bin" / "typedoc", "--out", folder, "--readme", "none", "--disableSources"]
    command += ["--name", "dingtalk-extcontact", "--skipErrorChecking", "--logLevel", "Warn"]
    subprocess.run([*command, "index.d.ts", "testing.d.ts"], cwd=work, check=True)


def rust(target, folder):
    command = ["cargo", "doc", "--quiet", "--locked", "--no-deps", "-p", "dingtalk-extcontact", "--features", "stream"]
    subprocess.run([*command, "--target-dir", target / "rustdoc"], cwd=ROOT, check=True)
    shutil.copytree(target / "rustdoc" / "doc", folder)


def java(target, folder):
    jna = pathlib.Path("/usr/share/java/jna.jar")
    for there, what in (shutil.which("javadoc"), "no javadoc"), (jna.exists(), "no jna.jar"):
        if not there:
            raise Missing(what)
    sources = ROOT / "bindings-java" / "src" / "main" / "java"
    command = ["javadoc", "-quiet", "-notimestamp", "-Xdoclint:none", "-classpath", jna, "-d", folder]
    subprocess.run([*command, "-sourcepath", sources, "dingtalk.extcontact"], check=True, **QUIET)


HEADER = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>dingtalk_extcontact.h</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
pre { overflow-x: auto; font-size: 0.85rem; padding: 0.5rem; background: color-mix(in srgb, currentColor 8%, transparent); }
nav { columns: 16rem; font-size: 0.9rem; overflow-wrap: anywhere; }
nav a { display: block; }
.text { white-space: pre-line; }
</style>
"""


def header(_, folder):
    """The manual of the C library is its header: a section for each thing that it declares."""
    text = (ROOT / "include" / "dingtalk_extcontact.h").read_text()
    preface = re.search(r"/\*\n(.*?)\*/", text, re.S)[1]
    entry = r"^/\*\*\n(.*?)^ \*/\n((?:typedef enum \{.*?^\} \w+;)|(?:[^;{]*;))"
    sections, names = [], []
    for comment, code in re.findall(entry, text, re.M | re.S):
        name = re.search(r"(\w+)(?:\)\(.*|\(.*)?;\Z", code, re.S)[1]
        names.append(name)
        words = html.escape(re.sub(r"^ \* ?", "", comment, flags=re.M)).replace("\n\n", "\0").replace("\n", " ").replace("\0", "\n\n")
        words = re.sub(r"\b(dtx_\w+|DTX_\w+)", lambda word: f'<a href="#{word[0]}">{word[0]}</a>' if word[0] in text else word[0], words)
        sections.append((name, words, code))
    body = [HEADER, f"<h1>dingtalk_extcontact.h</h1>\n<pre>{html.escape(re.sub('^ [*] ?', '', preface, flags=re.M))}</pre>\n<nav>"]
    body += [f'<a href="#{name}">{name}</a>' for name in names]
    body.append("</nav>")
    for name, words, code in sections:
        code = re.sub(r"^(\s+)(DTX_\w+)", r'\1<a id="\2"></a>\2', html.escape(code), flags=re.M)
        body.append(f'<h2 id="{name}">{name}</h2>\n<p class="text">{words}</p>\n<pre>{code}</pre>')
    page = "\n".join(body) + "\n</html>\n"
    # A name that is declared elsewhere, such as a macro, is no link.
    there = set(re.findall(r'id="(\w+)"', page))
    page = re.sub(r'<a href="#(\w+)">(\w+)</a>', lambda link: link[0] if link[1] in there else link[2], page)
    folder.mkdir()
    (folder / "index.html").write_text(page)
    if len(names) < 100:
        sys.exit(f"the header has only {len(names)} things in it")


TOOLS = {"python": python, "node": node, "rust": rust, "java": java, "c": header}


def all(target, folder):
    """Makes what can be made here: [name]."""
    folder.mkdir()
    made = []
    for name, tool in TOOLS.items():
        try:
            tool(target, folder / name)
            made.append(name)
        except Missing as missing:
            subprocess.run([ROOT / "tools" / "left-out.sh", f"documentation: the API of {name}", str(missing)], check=True)
    return made
