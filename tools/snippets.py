#!/usr/bin/env python3
"""Runs the snippets of the documentation, each folder of docs/snippets against a sandbox of its own.

Usage: snippets.py FOLDER [NAME...], where cargo has built the command and the C library.

Of a folder, the steps `1-name.sh`, `2-other.sh`... run in their order, in a copy of the folder, and must end with
0. Each line of `1-name.txt` must stand in what step 1 printed. Other files are what the steps use. `needs` names the
programs without which a folder is left out.

Python has the package on its path, and what docs/requirements.txt names; Node finds it and what docs/package.json
names; Java has it in CLASSPATH, and what docs/pom.xml names; `vendor/autoload.php` is
there for PHP, and the package's assembly for C#.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "docs" / "snippets"
OFFICE = "http://schemas.openxmlformats.org"


def workbook(path, sheet, rows):
    """A workbook as small as can be; its cells must need no escapes."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in zip("ABCDEF", row, strict=False)
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    spreadsheet = f"{OFFICE}/spreadsheetml/2006/main"
    links = f"{OFFICE}/officeDocument/2006/relationships"
    package = f"{OFFICE}/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spreadsheet}" xmlns:r="{links}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{links}/worksheet" Target="sheet1.xml"/></Relationships>',
        "xl/sheet1.xml": f'<worksheet xmlns="{spreadsheet}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, text in parts.items():
            file.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')


def prepare(folder):
    """What a reader has already: lists of leavers."""
    people = [
        ("欧阳样本", "0004260000000"),
        ("Jürgen Größer-Test", "00021357315580000003"),
        ("이견본", "000040000006"),
    ]
    workbook(folder / "leavers.xlsx", "名单", [("姓名", "用户ID"), *people])
    (folder / "leavers.txt").write_text("".join(f"{user_id}\n" for _, user_id in people))


class Missing(Exception):
    """What a folder needs, and this machine has not."""


def jars(built):
    """The package for Java, what it stands on, and what docs/pom.xml names."""
    package = [jar for jar in (ROOT / "bindings-java" / "target").glob("dingtalk-extcontact-*.jar") if jar.stem[-1].isdigit()]
    others = list((built.parent / "docs-java").glob("*.jar"))
    jna = pathlib.Path("/usr/share/java/jna.jar")
    for there, what in (package, "bindings-java is not built"), (others, "no Maven"), (jna.exists(), "no jna.jar"):
        if not there:
            raise Missing(what)
    return [*package, *others, jna]


def tools(folder, built):
    """The environment of a folder's steps, as far as it differs."""
    needs = (folder / "needs").read_text().split() if (folder / "needs").exists() else []
    for tool in needs:
        if not shutil.which(tool):
            raise Missing(f"no {tool}")
    environment = {
        "PATH": f"{pathlib.Path(sys.executable).parent}:{built}:{os.environ['PATH']}",
        "PYTHONPATH": str(built.parent / "python"),
        "DINGTALK_EXTCONTACT_LIBRARY": str(built / "libdingtalk_extcontact.so"),
        "LC_ALL": "C.UTF-8",
    }
    if "javac" in needs:
        environment["CLASSPATH"] = ":".join(map(str, [*jars(built), "."]))
    if "mcs" in needs:
        package = ROOT / "bindings-dotnet" / "target" / "package" / "lib" / "netstandard2.0" / "DingTalk.ExtContact.dll"
        if not package.exists():
            raise Missing("bindings-dotnet is not built")
        shutil.copy(package, folder)
    if "php" in needs:
        (folder / "vendor").mkdir()
        autoload = ROOT / "bindings-php" / "tests" / "autoload.php"
        (folder / "vendor" / "autoload.php").write_text(f"<?php require '{autoload}';")
    if "node" in needs:
        modules = folder / "node_modules"
        modules.mkdir()
        for package in (built.parent / "docs-node" / "node_modules").glob("*"):
            (modules / package.name).symlink_to(package)
        (modules / "dingtalk-extcontact").symlink_to(ROOT / "bindings-node")
    return environment


def step(script, folder, environment):
    done = subprocess.run(
        ["sh", "-eu", script.name], cwd=folder, env=environment, text=True, timeout=300,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    where = f"{script.parent.name}/{script.name}"
    if done.returncode != 0:
        sys.exit(f"{where}: exit status {done.returncode} of\n{script.read_text()}\n{done.stdout}")
    expected = script.with_suffix(".txt")
    for line in expected.read_text().splitlines() if expected.exists() else []:
        if line not in done.stdout:
            sys.exit(f"{where}: {line!r} is not in\n{done.stdout}")


def run(source, built):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder) / source.name
        shutil.copytree(source, folder)
        prepare(folder)
        try:
            environment = tools(folder, built)
        except Missing as missing:
            left_out = ROOT / "tools" / "left-out.sh"
            subprocess.run([left_out, f"documentation: {source.name}", str(missing)], check=True)
            return 0
        with subprocess.Popen(
            [built / "dingtalk-extcontact", "sandbox", "--until-stdin-closes"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as sandbox:
            facts = json.loads(sandbox.stdout.readline())
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("DINGTALK_")},
                "DINGTALK_ENDPOINT": facts["url"],
                "DINGTALK_APP_KEY": facts["app_key"],
                "DINGTALK_APP_SECRET": facts["app_secret"],
                **environment,
            }
            steps = sorted(folder.glob("[0-9]*.sh"), key=lambda path: int(path.name.split("-")[0]))
            for script in steps:
                step(script, folder, environment)
            sandbox.stdin.close()
    if not steps:
        sys.exit(f"{source.name}: nothing ran")
    print(f"{source.name}: {len(steps)} steps", flush=True)
    return len(steps)


def main():
    built = pathlib.Path(sys.argv[1]).resolve()
    names = sys.argv[2:]
    counts = [run(folder, built) for folder in sorted(SNIPPETS.iterdir()) if folder.name in names or not names]
    print(f"{len(counts)} folders, {sum(counts)} steps")


if __name__ == "__main__":
    main()
