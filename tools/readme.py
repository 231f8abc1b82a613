#!/usr/bin/env python3
"""Runs the README's examples as they stand, against the sandbox.

Usage: readme.py FOLDER, where cargo has built the command and the C library. Python blocks
run under the interpreter that runs this, Node blocks beside bindings-node, C blocks link the
library, shell blocks run with the command on the path, Rust blocks are built with cargo.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def blocks(text):
    return re.findall(r"^```([\w,]+)\n(.*?)^```$", text, re.M | re.S)


def compare_translations():
    """The Chinese READMEs, of the project and of each package, have the code of the English ones."""
    for folder in [ROOT, *sorted(path.parent for path in ROOT.glob("bindings-*/README.md"))]:
        english, chinese = ((folder / name).read_text() for name in ["README.md", "README.zh-CN.md"])
        where = f"{(folder / 'README.zh-CN.md').relative_to(ROOT)}"
        ours, theirs = (re.findall(r"^```.*?^```$", text, re.M | re.S) for text in (english, chinese))
        if ours != theirs:
            sys.exit(f"{where}: its code is not that of README.md")
        for what, start in [("sections", "## "), ("rows of tables", "| ")]:
            ours, theirs = (sum(line.startswith(start) for line in text.splitlines()) for text in (english, chinese))
            if ours != theirs:
                sys.exit(f"{where}: {theirs} {what}, README.md has {ours}")


def check(language, command, expected, **options):
    done = subprocess.run(command, text=True, capture_output=True, timeout=120, **options)
    output = done.stdout + done.stderr
    if done.returncode not in (0, 1) or not any(word in output for word in expected):
        sys.exit(f"README, {language}: exit status {done.returncode}\n{output}")
    print(f"README, {language}: {output.splitlines()[0][:110]}")


def main():
    compare_translations()
    library = pathlib.Path(sys.argv[1]).resolve()
    sandbox = subprocess.Popen(
        [library / "dingtalk-extcontact", "sandbox", "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    facts = json.loads(sandbox.stdout.readline())
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DINGTALK_")},
        "DINGTALK_ENDPOINT": facts["url"],
        "DINGTALK_APP_KEY": facts["app_key"],
        "DINGTALK_APP_SECRET": facts["app_secret"],
        "PATH": f"{library}:{os.environ['PATH']}",
    }
    ran = set()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # A program that links the library looks for it under its SONAME.
        dynamic = subprocess.run(
            ["readelf", "-d", library / "libdingtalk_extcontact.so"], check=True, text=True, capture_output=True
        ).stdout
        (folder / re.search(r"\(SONAME\).*\[(.*)\]", dynamic)[1]).symlink_to(library / "libdingtalk_extcontact.so")
        environment["LD_LIBRARY_PATH"] = str(folder)
        modules = folder / "node_modules"
        modules.mkdir()
        (modules / "dingtalk-extcontact").symlink_to(ROOT / "bindings-node")
        for language, text in blocks((ROOT / "README.md").read_text()):
            options = {"env": environment, "cwd": folder}
            # The sandbox has no such contact: each language must say so, or that it is fine.
            missing = ["33012", "invalid_user_id", "INVALID_USER_ID"]
            if language == "python":
                check(language, [sys.executable, "-c", text], missing, **options)
            elif language == "js":
                (folder / "example.mjs").write_text(text)
                check(language, ["node", "example.mjs"], missing, **options)
            elif language == "c":
                (folder / "example.c").write_text(text)
                compile = ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "example.c",
                           f"-I{ROOT / 'include'}", f"-L{library}", "-ldingtalk_extcontact", "-o", "example"]
                subprocess.run(compile, check=True, **options)
                check(language, ["./example"], missing, **options)
            elif language == "rust,no_run":
                language = "rust"
                (folder / "src").mkdir()
                (folder / "src" / "main.rs").write_text(text)
                manifest = '[package]\nname = "example"\nedition = "2024"\n[dependencies]\n'
                manifest += f'dingtalk-extcontact = {{ path = "{ROOT / "core"}" }}\n[workspace]\n'
                (folder / "Cargo.toml").write_text(manifest)
                (folder / "Cargo.lock").write_text((ROOT / "Cargo.lock").read_text())
                target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
                check(language, ["cargo", "run", "--quiet", "--target-dir", target], missing, **options)
            elif language == "sh" and "make" not in text:
                check(language, ["sh", "-ec", text], ["60011", "2 contacts: "], **options)
            else:
                continue
            ran.add(language)
    sandbox.stdin.close()
    sandbox.wait(20)
    if ran != {"python", "js", "c", "sh", "rust"}:
        sys.exit(f"README: only {sorted(ran)} ran")


if __name__ == "__main__":
    main()
