#!/usr/bin/env python3
"""Runs the guides as they stand, each against a sandbox of its own.

Usage: guides.py FOLDER [GUIDE...], where cargo has built the command. Of a guide, the blocks
run in their order and in one folder:

```sh            runs, and must end with 0; `sh exit=1` must end with 1
```sh file=NAME  is written to the file NAME
```text          each of its lines must stand in what the block before it printed
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

GUIDES = pathlib.Path(__file__).resolve().parent.parent / "docs" / "guides"
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
    """What a reader of the guides has already: lists of leavers."""
    people = [
        ("欧阳样本", "0004260000000"),
        ("Jürgen Größer-Test", "00021357315580000003"),
        ("이견본", "000040000006"),
    ]
    workbook(folder / "leavers.xlsx", "名单", [("姓名", "用户ID"), *people])
    (folder / "leavers.txt").write_text("".join(f"{user_id}\n" for _, user_id in people))


def run(guide, built):
    blocks = re.findall(r"^```(\w+)([^\n]*)\n(.*?)^```$", guide.read_text(), re.M | re.S)
    sandbox = subprocess.Popen(
        [built / "dingtalk-extcontact", "sandbox", "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    facts = json.loads(sandbox.stdout.readline())
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DINGTALK_")},
        "DINGTALK_ENDPOINT": facts["url"],
        "DINGTALK_APP_KEY": facts["app_key"],
        "DINGTALK_APP_SECRET": facts["app_secret"],
        "PATH": f"{built}:{os.environ['PATH']}",
    }
    ran, output = 0, None
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        prepare(folder)
        for language, info, text in blocks:
            info = dict(word.split("=", 1) for word in info.split())
            if language == "sh" and "file" in info:
                (folder / info["file"]).write_text(text)
            elif language == "sh":
                done = subprocess.run(
                    ["sh", "-c", text], cwd=folder, env=environment, text=True, timeout=120,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )
                output = done.stdout
                if done.returncode != int(info.get("exit", "0")):
                    sys.exit(f"{guide.name}: exit status {done.returncode} of\n{text}\n{output}")
                ran += 1
            elif language == "text":
                for line in text.splitlines():
                    if line not in output:
                        sys.exit(f"{guide.name}: {line!r} is not in\n{output}")
    sandbox.stdin.close()
    sandbox.wait(20)
    if ran == 0:
        sys.exit(f"{guide.name}: nothing ran")
    print(f"{guide.name}: {ran} commands")


def main():
    built = pathlib.Path(sys.argv[1]).resolve()
    names = [f"{name}.md" for name in sys.argv[2:]]
    for guide in sorted(GUIDES.glob("*.md")):
        if not names or guide.name in names:
            run(guide, built)


if __name__ == "__main__":
    main()
