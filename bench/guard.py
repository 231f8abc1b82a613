#!/usr/bin/env python3
"""Fails if a call or an artifact costs more than bounds.json, beside this file, allows.

    make guard                      build what is handed out, count, compare
    make guard GUARD=--write        take what was counted as the new bounds
    make guard GUARD='--where c'    show where the cost of a call in C is; or `bytes`

It counts and measures no time, so a busy machine does not matter. A figure of a call is the
difference of two runs with different numbers of calls: start, first connection and exit are in
neither. What malloc and free do is left out of the instructions: it depends on how the heap
happens to lie, which another folder or another Python changes, by 260 a call. Allocations are a
figure of their own. A change that has to cost more raises its bound in a commit of its own, which
says why.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import zipfile

from harness import BENCH, BUILT, ENVIRONMENT, ROOT, WORK, cargo, do, run_command, say, server, table
from run import build_c

BOUNDS = BENCH / "bounds.json"
SLACK = 0.05
WARM, CALLS = 200, 1000
WHEEL, UNPACKED, NPM = WORK / "wheel", WORK / "unpacked", WORK / "npm"

CLIENTS = {
    "rust": [BUILT / "bench-ours"],
    "c": [WORK / "ours"],
    "python": [sys.executable, BENCH / "clients/python.py", "ours"],
}

PROFILE = WORK / "callgrind.out"
CALLGRIND = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={PROFILE}"]
ALLOCATOR = {"malloc", "calloc", "realloc", "free", "posix_memalign"}


def instructions(_):
    """Those of the last profile, without what the allocator does."""
    names, function, called, count = {}, None, None, 0
    for line in PROFILE.read_text().splitlines():
        key, _, value = line.partition("=")
        if key in ("fn", "cfn"):
            number, _, name = value.partition(" ")  # the name stands there the first time only
            name = names.setdefault(number, name)
            function, called = (name, called) if key == "fn" else (function, name)
        elif line.startswith("totals:"):
            count += int(line.split()[1])
        elif called and key != "calls":  # the line after that has the cost of the calls
            if called in ALLOCATOR and function not in ALLOCATOR:
                count -= int(line.split()[-1])
            called = None
    return count


def number(pattern):
    """The last number in what a watcher printed."""
    return lambda printed: int(re.findall(pattern, printed)[-1].replace(",", ""))


# What counts, and how its figure is found.
COUNTERS = {
    "instructions": (CALLGRIND, instructions),
    "allocations": (["valgrind", "--log-fd=1", "--leak-check=no"], number(r"total heap usage: ([\d,]+) allocs")),
    "system calls": (["strace", "-f", "-c", "-U", "calls,name", "-o", "/dev/stdout"], number(r"([\d,]+) total")),
}


# --- Build: each by itself, as users get it; together they have more features of libraries ---


def build_rust():
    do("cargo", "build", "--locked", "--profile=dist", "-p", "dingtalk-extcontact-bench",
       "--bin=bench-server", "--bin=bench-ours")


def build_wheel():
    for folder in (WHEEL, UNPACKED):
        shutil.rmtree(folder, ignore_errors=True)
    do(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", WHEEL, ROOT / "bindings-python")
    with zipfile.ZipFile(next(WHEEL.glob("*.whl"))) as wheel:
        wheel.extractall(UNPACKED)
    # Python's hashes are random, and so would be what a look-up costs. And the first run must not spare
    # the second one the compiling.
    ENVIRONMENT.update(PYTHONPATH=str(UNPACKED), PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1")


def build_npm():
    shutil.rmtree(NPM, ignore_errors=True)
    NPM.mkdir()
    do("node", "build.js", "--profile", "dist", cwd=ROOT / "bindings-node")
    do("npm", "pack", "--silent", "--pack-destination", NPM, cwd=ROOT / "bindings-node")


BUILDERS = {"rust": build_rust, "c": build_c, "python": build_wheel}


# --- Count ---


def watched(watcher, client, endpoint, calls):
    """What the watcher prints of a client's run, which itself prints nothing."""
    return run_command([str(part) for part in (*watcher, *client, endpoint, calls)])[2]


def count_calls():
    """For each counter, the figure of one call in each language."""
    figures = {}
    with server() as endpoint:
        for what, (watcher, figure) in COUNTERS.items():
            say(f"Counting {what}")
            for name, client in CLIENTS.items():
                few, many = (figure(watched(watcher, client, endpoint, calls)) for calls in (WARM, WARM + CALLS))
                figures.setdefault(f"{what} of a call", {})[name] = round((many - few) / CALLS, 1)
    return figures


def sizes():
    lib = WORK / "c/lib"
    files = {
        "C library": (lib / "libdingtalk_extcontact.so").resolve(),
        "C library, static": lib / "libdingtalk_extcontact.a",
        "command": BUILT / "dingtalk-extcontact",
        "wheel": next(WHEEL.glob("*.whl")),
        "npm package": next(NPM.glob("*.tgz")),
    }
    return {"bytes": {name: file.stat().st_size for name, file in files.items()}}


def tools():
    rustc = output_of("rustc", "--version")[0].split()[1]
    return {"machine": platform.machine(), "rustc": rustc, "python": platform.python_version()}


# --- Show ---


def plain(figure):
    return f"{figure:,.1f}".removesuffix(".0")

def compare(counted, bounds):
    """Shows all figures, and gives a sentence for each that is over its bound."""
    rows, failures = [], []
    for what, figures in counted.items():
        for name, figure in figures.items():
            bound = bounds.get(what, {}).get(name)
            if bound is None:
                rows.append([what, name, plain(figure), "none", ""])
                failures.append(f"{what}, {name}: no bound is stored; make guard GUARD=--write stores it")
                continue
            more = figure / bound - 1
            rows.append([what, name, plain(figure), plain(bound), f"{more:+.1%}"])
            if more > SLACK:
                where = what if what == "bytes" else name
                failures.append(
                    f"{what}, {name}: {plain(figure)}, which is {more:.1%} over the bound of {plain(bound)}; "
                    f"{SLACK:.0%} would pass.\n  To see where: make guard GUARD='--where {where}'"
                )
    table("What a call and the artifacts cost", ["", "", "now", "bound", "change"], rows)
    return failures


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def show_where_bytes():
    """The largest functions and tables of Python's library: it has all of ours in it."""
    build_wheel()
    library = next(UNPACKED.glob("dingtalk_extcontact/_native*.so"))
    print("\n".join(output_of("nm", "--demangle", "--print-size", "--size-sort", "--reverse-sort", library)[:60]))


def show_where(name):
    """The functions of many calls by their instructions, and the last system calls."""
    for builder in {build_rust, BUILDERS[name]}:  # the server is among Rust's
        builder()
    with server() as endpoint:
        watched(CALLGRIND, CLIENTS[name], endpoint, 10 * CALLS)
        trace = watched(["strace", "-f", "-o", "/dev/stdout"], CLIENTS[name], endpoint, WARM).splitlines()
    print("\n".join(output_of("callgrind_annotate", PROFILE)[:60]))
    writes = [index for index, line in enumerate(trace) if "sendto(" in line]
    print("\nThe system calls of the last three calls:\n")
    print("\n".join(trace[writes[-3] : writes[-1] + 3]))
    print(f"\nWho calls malloc: callgrind_annotate --tree=caller {PROFILE}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="take what is counted as the new bounds")
    parser.add_argument("--where", choices=[*CLIENTS, "bytes"],
                        help="show where the cost is, and compare nothing")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    say("Building; this takes minutes.")
    if options.where:
        ENVIRONMENT["CARGO_PROFILE_DIST_STRIP"] = "none"
        return show_where_bytes() if options.where == "bytes" else show_where(options.where)
    for builder in BUILDERS.values():
        builder()
    build_npm()
    cargo("cli")
    counted = {**count_calls(), **sizes()}
    bounds = json.loads(BOUNDS.read_text()) if BOUNDS.exists() else {}
    failures = compare(counted, bounds)
    if options.write:
        BOUNDS.write_text(json.dumps({"counted with": tools(), **counted}, indent=2) + "\n")
        return print(f"\nwritten: {BOUNDS.relative_to(ROOT)}")
    if failures:
        with_then, with_now = bounds.get("counted with"), tools()
        if with_then != with_now:
            failures.append(f"The bounds were counted with {with_then}, these figures with {with_now}.")
        sys.exit("\n" + "\n".join(failures))
    print(f"\nEach is within {SLACK:.0%} of its bound.")


if __name__ == "__main__":
    main()
