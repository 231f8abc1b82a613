#!/usr/bin/env python3
"""Runs the command as Windows has it, under Wine: python3 tools/wine.py [FOLDER [PROGRAM]].

Cross-builds it (rustup target add x86_64-pc-windows-gnu; Debian's gcc-mingw-w64-x86-64 and wine64), or takes
PROGRAM, and shows the demo, a batch from a list with CR LF with journal and backup, and one that is killed and goes
on. The server is the sandbox on this system; FOLDER has its command (target/debug).
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").absolute()
TRIPLE = "x86_64-pc-windows-gnu"
NAME = "dingtalk-extcontact"

# Wine before 9 lacks the library of random numbers that Rust's programs load.
RANDOM_NUMBERS = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) {
  return SystemFunction036(bytes, (ULONG)count);
}
"""


def build(folder):
    program = folder / f"{NAME}.exe"
    built = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET / TRIPLE / "debug" / program.name
    if len(sys.argv) <= 2:
        subprocess.run(["cargo", "build", "--locked", f"--target={TRIPLE}", f"--package={NAME}-cli"], cwd=ROOT, check=True)
    program.write_bytes(built.read_bytes())
    random_numbers(folder)
    return program


def random_numbers(folder):
    """Into the folder of a program, where Windows looks first."""
    source = folder / "random.c"
    source.write_text(RANDOM_NUMBERS)
    library = folder / "bcryptprimitives.dll"
    subprocess.run(["x86_64-w64-mingw32-gcc", "-shared", "-o", library, source, "-ladvapi32"], check=True)


class Windows:
    """The command under Wine, in a folder of its own."""

    def __init__(self, folder, program, sandbox):
        self.folder, self.program = folder, program
        self.environment = {
            **os.environ,
            "WINEPREFIX": str(folder / "prefix"),
            "WINEDEBUG": "-all",
            "DINGTALK_ENDPOINT": sandbox["url"],
            "DINGTALK_ACCESS_TOKEN": sandbox["access_token"],
        }

    def start(self, *arguments):
        return subprocess.Popen(["wine", self.program, *arguments], cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def delete(self, *arguments):
        """The items and the summary of a run that ends well."""
        status, out, err = self.run("delete", "--yes", "--json", *arguments)
        assert status == 0, f"status {status}: {err}"
        *items, summary = map(json.loads, out.splitlines())
        return items, summary["summary"]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def listed(native, sandbox):
    environment = {**os.environ, "DINGTALK_ENDPOINT": sandbox["url"], "DINGTALK_ACCESS_TOKEN": sandbox["access_token"]}
    done = subprocess.run([native, "list", "--json"], env=environment, check=True, capture_output=True, text=True)
    return [json.loads(line)["userid"] for line in done.stdout.splitlines()]


def demo(windows):
    status, out, err = windows.run("demo")
    assert status == 0 and "All 7 steps ended as they should" in out, err + out
    print("demo: 7 of 7 steps")


def whole_batch(windows, ids, left):
    (windows.folder / "leavers.txt").write_bytes("\r\n".join(ids).encode() + b"\r\n")
    items, summary = windows.delete("--file", "leavers.txt", "--rate=none", "--backup", "backup.jsonl")
    assert len(items) == summary["deleted"] == len(ids), summary
    ended = [line["user_id"] for line in lines(windows.folder / "leavers.txt.journal.jsonl") if line.get("event") == "ended"]
    kept = [line["user_id"] for line in lines(windows.folder / "backup.jsonl") if "record" in line]
    assert sorted(ended) == sorted(kept) == sorted(ids)
    assert not set(ids) & set(left())
    print(f"a batch of {len(ids)} from a list with CR LF: each is in journal and backup, and gone")


def killed_batch(windows, ids, left):
    (windows.folder / "more.txt").write_bytes("\r\n".join(ids).encode())
    process = windows.start("delete", "--yes", "--json", "--file", "more.txt", "--rate=20")
    journal = windows.folder / "more.txt.journal.jsonl"
    start = time.monotonic()
    while not journal.exists() or journal.read_bytes().count(b'"ended"') < 25:
        assert process.poll() is None and time.monotonic() - start < 120, "it ended too early"
        time.sleep(0.02)
    process.kill()
    process.communicate()
    gone = set(ids) - set(left())
    assert 25 <= len(gone) < len(ids), f"{len(gone)} of {len(ids)} are gone"
    _, summary = windows.delete("--file", "more.txt", "--rate=none")
    assert summary["settled_before"] >= 25 and summary["failed"] == 0, summary
    assert summary["deleted"] + summary["absent"] == len(ids), summary
    # Where the first run died, a reply may have been lost; nobody else is absent.
    assert summary["absent"] == summary["absent_maybe_deleted"], summary
    assert not set(ids) & set(left())
    print(f"killed after {len(gone)} of {len(ids)}, and gone on: {summary['settled_before']} were settled before")


def main():
    native = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TARGET / "debug").absolute() / NAME
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = build(folder)
        server = subprocess.Popen([native, "sandbox", "--contacts=160", "--rate=none", "--until-stdin-closes"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        sandbox = json.loads(server.stdout.readline())
        windows = Windows(folder, program, sandbox)

        def left():
            return listed(native, sandbox)

        try:
            ids = left()
            demo(windows)
            whole_batch(windows, ids[:60], left)
            killed_batch(windows, ids[60:], left)
        finally:
            server.stdin.close()
            server.wait(10)
            subprocess.run(["wineserver", "-w"], env=windows.environment, check=False)
    print("3 passed, 0 failed")


if __name__ == "__main__":
    main()
