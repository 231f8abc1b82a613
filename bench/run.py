#!/usr/bin/env python3
"""Compares this library with other ways to make the same call, in one run, as ratios.

    python3 bench/run.py                       CPU and wall time of a call, every language
    python3 bench/run.py --only c --rounds 15
    python3 bench/run.py --bulk --rounds 5     2,000 ids side by side against slow replies
    python3 bench/run.py --all --json bench.json

README.md beside this file says what is compared and how to read it. Everything that is built
or installed goes under cargo's target folder. What cannot be had is named and left out.
"""

import argparse
import contextlib
import datetime
import gzip
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

import bulk
from harness import (
    AGAIN, BENCH, BUILT, ENVIRONMENT, LEFT_OUT, MODULES, PEAK, PYTHON, ROOT, TARGET, WORK, Client, Missing, cargo,
    cpus, do, install_library, leaving_out, load, pinned, ratio, run_command, say, server, spread, table, turns,
)
from stacks import STACKS

LANGUAGES = ("rust", "c", "python", "node", *STACKS)


def python(name, function, **more):
    return Client("python", name, [PYTHON, BENCH / "clients/python.py", function], **more)


def node(name, function, **more):
    # So many calls until the compiler of the hot paths has done its work.
    return Client("node", name, ["node", BENCH / "clients/node.js", function], warm=2000, **more)


# Ours comes first in each language, and once more as a measure of the noise.
CLIENTS = [
    Client("rust", "ours", [BUILT / "bench-ours"]),
    Client("rust", AGAIN, [BUILT / "bench-ours"]),
    Client("rust", "ureq", [BUILT / "bench-ureq"]),
    Client("rust", "ureq, timeout_global", [BUILT / "bench-ureq", "timeout"], share=0.4),
    Client("rust", "reqwest, blocking", [TARGET / "peers/release/bench-reqwest"], share=0.2, tls=False),
    Client("rust", "libcurl (C)", [WORK / "libcurl"]),
    Client("rust", "a bare socket (C)", [WORK / "floor"], tls=False),
    Client("c", "ours", [WORK / "ours"]),
    Client("c", AGAIN, [WORK / "ours"]),
    Client("c", "libcurl easy", [WORK / "libcurl"]),
    python("ours", "ours"),
    python(AGAIN, "ours"),
    python("ours, asyncio", "ours_asyncio", share=0.3),
    python("pycurl", "pycurl", share=0.5),
    python("http.client", "http_client", share=0.2),
    python("aiohttp", "aiohttp", share=0.15),
    python("httpx", "httpx", share=0.05),
    python("requests", "requests", share=0.05),
    python("dingtalk-sdk", "dingtalk_sdk", share=0.05),
    node("ours", "ours", share=0.5),
    node(AGAIN, "ours", share=0.5),
    node("undici", "undici", share=0.25),
    node("node:http", "node_http", share=0.25),
    node("axios", "axios", share=0.1),
    node("fetch", "fetch", share=0.1),
    *(client for stack in STACKS.values() for client in stack.clients),
]

IMPORTS = {
    "python": {
        "ours": "from dingtalk_extcontact import Client",
        "pycurl": "import pycurl",
        "http.client": "import http.client",
        "aiohttp": "import aiohttp",
        "httpx": "import httpx",
        "requests": "import requests",
        "dingtalk-sdk": "import dingtalk.client",
    },
    "node": {
        "ours": "require('dingtalk-extcontact')",
        "node:http": "require('node:http')",
        "undici": "require('undici')",
        "axios": "require('axios')",
    },
}
TIMED = {
    "python": "import time; a = time.perf_counter(); {}; print((time.perf_counter() - a) * 1e3)",
    "node": "const a = performance.now(); {}; console.log(performance.now() - a)",
}


# --- Build and install ---


def build_libcurl():
    try:
        flags = do("pkg-config", "--cflags", "--libs", "libcurl").split()
    except Missing:
        flags = ["-lcurl"]
    for name in ("libcurl", "bulk_libcurl"):
        do("cc", "-O2", BENCH / f"clients/{name}.c", "-o", WORK / name, *flags)


def build_rust():
    """Peers that have a workspace of their own, and the floor under all clients."""
    with leaving_out("reqwest"):
        do("cargo", "build", "--release", "--locked", "--manifest-path", BENCH / "peers/Cargo.toml",
           "--target-dir", TARGET / "peers")
    with leaving_out("a bare socket"):
        for name in ("floor", "bulk_syncs"):
            do("cc", "-O2", BENCH / f"clients/{name}.c", "-o", WORK / name)


def build_c():
    lib = install_library() / "lib"
    for name in ("ours", "bulk"):
        do("cc", "-O2", BENCH / f"clients/{name}.c", "-o", WORK / name, f"-I{lib.parent / 'include'}", f"-L{lib}",
           f"-Wl,-rpath,{lib}", "-ldingtalk_extcontact")


def build_python():
    """Ours, and peers one by one, so that one that cannot be installed takes no other along."""
    if not PYTHON.exists():
        do(sys.executable, "-m", "venv", WORK / "venv")
    pip = [PYTHON, "-m", "pip", "install", "--quiet"]
    for line in (BENCH / "requirements.txt").read_text().split():
        with leaving_out(line):
            do(*pip, line)
    do(*pip, ROOT / "bindings-python")


def build_node():
    """Ours as `npm pack` would have it: the files that package.json lists, and the addon."""
    MODULES.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(BENCH / "package.json", MODULES.parent)
    with leaving_out("npm packages"):
        do(shutil.which("npm") or "npm", "install", "--silent", "--no-package-lock", cwd=MODULES.parent)
    cargo("node")
    source, package = ROOT / "bindings-node", MODULES / "dingtalk-extcontact"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    for pattern in ["package.json", *json.loads((source / "package.json").read_text())["files"]]:
        for file in source.glob(pattern):
            if file.suffix != ".node":
                shutil.copy(file, package)
    place = do("node", "-p", "`${process.platform}-${process.arch}`")
    kind = {"linux": "-gnu", "win32": "-msvc"}.get(place.split("-")[0], "")
    built = next(BUILT / name for name in library_names("dingtalk_extcontact_node") if (BUILT / name).exists())
    shutil.copy(built, package / f"dingtalk-extcontact.{place}{kind}.node")


def library_names(name):
    return f"lib{name}.so", f"lib{name}.dylib", f"{name}.dll"


def build(languages):
    """The languages whose part of this library could be built: an older one is not measured."""
    say("Building; this is not measured.")
    WORK.mkdir(parents=True, exist_ok=True)
    cargo("bench")  # the server is in it: nothing goes without
    with leaving_out("memory"):
        do("cc", "-O2", BENCH / "peak.c", "-o", PEAK)
    if {"rust", "c"} & set(languages):
        with leaving_out("libcurl"):
            build_libcurl()
    builders = {"rust": build_rust, "c": build_c, "python": build_python, "node": build_node}
    builders |= {name: stack.build for name, stack in STACKS.items()}
    built = []
    for language in languages:
        with leaving_out(f"all of {language}"):
            builders.get(language, lambda: None)()
            built.append(language)
    return built


def runnable(languages, calls):
    """The clients that can make three calls here."""
    clients = []
    with server() as endpoint:
        for client in CLIENTS:
            # Peers have nothing to be compared with where ours does not run.
            compared = client.name == "ours" or any(it.language == client.language for it in clients)
            if client.language in languages and compared:
                with leaving_out(client):
                    run(client, endpoint, 3)
                    client.calls = max(1, round(calls * client.share))
                    clients.append(client)
    return clients


# --- Measure ---


def run(client, endpoint, calls):
    return run_command([*client.command, endpoint, str(calls)])


def over_tls(clients):
    """Those that can speak TLS here: a runtime may lack a library for it that plain HTTP does not need."""
    able = []
    with server(tls=True) as endpoint:
        for client in clients:
            if client.tls:
                with leaving_out(f"{client}, over TLS"):
                    run(client, endpoint, 1)
                    able.append(client)
    return able


def per_call(client, endpoint):
    """CPU and wall microseconds of a call: what a run with more calls takes more. Start, the
    first connection, warming up and exit are in both runs and so in neither figure."""
    short = run(client, endpoint, client.warm)
    long = run(client, endpoint, client.warm + client.calls)
    return [(more - less) / client.calls * 1e6 for more, less in zip(long[:2], short[:2])]


def measure_calls(clients, rounds, tls=False):
    """Rounds of figures by client: {client: {"cpu": [..], "wall": [..]}}."""
    figures = {client: {"cpu": [], "wall": []} for client in clients}
    with pinned(cpus()[-1]), server(tls=tls) as endpoint:
        for client in turns(clients, rounds):
            for name, value in zip(("cpu", "wall"), per_call(client, endpoint)):
                figures[client][name].append(value)
    return figures


def measure_startup(clients, rounds, tls=False):
    """Milliseconds by language and name: the import in process, and a process of one call."""
    clients = [client for client in clients if client.name != AGAIN]
    imports = [
        (language, name, [str(PYTHON) if language == "python" else "node",
                          "-c" if language == "python" else "-e", TIMED[language].format(statement)])
        for language, names in IMPORTS.items()
        for name, statement in names.items()
        if any((client.language, client.name) == (language, name) for client in clients)
    ]
    bare = [("python", "nothing", [str(PYTHON), "-c", ""]), ("node", "nothing", ["node", "-e", ""])]
    bare = [item for item in bare if any(client.language == item[0] for client in clients)]
    figures = {}

    def take(key, value):
        figures.setdefault(key, {"import": [], "one call": []})[value[0]].append(value[1])

    with pinned(cpus()[-1]), server(tls=tls) as endpoint:
        for item in turns([*bare, *imports, *clients], rounds + 1):
            if isinstance(item, Client):
                take((item.language, item.name), ("one call", run(item, endpoint, 1)[1] * 1e3))
                continue
            language, name, command = item
            _, wall, output = run_command(command)
            take((language, name), ("import", float(output)) if output else ("one call", wall * 1e3))
    # The first round filled the caches of files and byte code.
    return {key: {name: values[1:] for name, values in value.items()} for key, value in figures.items()}


def measure_instructions(clients, tls=False):
    """Instructions in user space of a call, by valgrind: no load of the machine moves them, so
    one round does. For the native clients; what the kernel does is not in them."""
    figures = {}
    with server(tls=tls) as endpoint:
        for client in clients:
            if client.language not in ("rust", "c") or client.name == AGAIN:
                continue
            counts = []
            with leaving_out(f"instructions of {client}"):
                for calls in (200, 1200):
                    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}",
                               "--log-file=valgrind.log", *client.command, endpoint, str(calls)]
                    run_command(command)
                    log = (WORK / "valgrind.log").read_text()
                    counts.append(int(log.partition("Collected :")[2].split()[0]))
                figures[str(client)] = (counts[1] - counts[0]) / 1000
    return figures


MEMORY_CALLS = 200


def measure_memory(clients):
    """The most MiB of a process that makes some calls, start and import included. It hardly differs
    between runs, so one does."""
    figures = {}
    with server() as endpoint:
        for client in clients:
            if client.name == AGAIN:
                continue
            with leaving_out(f"memory of {client}"):
                _, _, output = run_command([str(PEAK), *client.command, endpoint, str(MEMORY_CALLS)])
                figures[str(client)] = int(output.split()[-1]) / 1024
    return figures


SIDE_BY_SIDE, REPLY_MS = 64, 20


def measure_concurrent(clients, rounds):
    """Milliseconds of 64 deletions side by side where a reply takes 20: the first 64 of a
    process, with connections and threads to be made, and the later ones."""
    client_cpu, server_cpu = cpus()
    figures = {}
    with contextlib.ExitStack() as stack:
        with pinned(server_cpu):
            endpoint = stack.enter_context(server(REPLY_MS))
        stack.enter_context(pinned(client_cpu))
        makers = {"python": python("AsyncClient, gather", "ours_concurrent"),
                  "node": node("Promise.all", "ours_concurrent")}
        languages = {client.language for client in clients if client.name == "ours"}
        chosen = [maker for language, maker in makers.items() if language in languages]
        for client in turns(chosen, rounds):
            first, *later = map(float, run(client, endpoint, SIDE_BY_SIDE)[2].split())
            row = figures.setdefault(str(client), {"first": [], "later": []})
            row["first"].append(first)
            row["later"].append(statistics.median(later))
    return figures


def measure_size():
    """Bytes, plain and by gzip -9, of what stands in the target folder."""
    found = [BUILT / name for name in (*library_names("dingtalk_extcontact"), "libdingtalk_extcontact.a",
                                         "dingtalk-extcontact")]
    found += (WORK / "venv").glob("lib/**/dingtalk_extcontact/_native*")
    found += (MODULES / "dingtalk-extcontact").glob("*.node")
    found += TARGET.glob("wheels/*.whl")
    return {
        str(file.relative_to(TARGET)): (file.stat().st_size, len(gzip.compress(file.read_bytes(), 9)))
        for file in found
        if file.is_file() and file.suffix != ".pyi"
    }


# --- Show ---


def show_calls(figures, over="plain HTTP"):
    for language in LANGUAGES:
        group = {client.name: (client, values) for client, values in figures.items() if client.language == language}
        if "ours" not in group:
            continue
        ours = group["ours"][1]
        rows = [
            [name, client.calls, spread(theirs["cpu"], 1), spread(theirs["wall"], 1),
             *(ratio(ours[what], theirs[what]) if theirs is not ours else "" for what in ("cpu", "wall"))]
            for name, (client, theirs) in group.items()
        ]
        table(f"{language}: a call on a kept connection, {over}, microseconds; ratios ours / peer",
              ["", "calls", "CPU", "wall", "CPU ratio", "wall ratio"], rows)


def show_startup(figures, over="plain HTTP"):
    for language in LANGUAGES:
        group = {name: values for (of, name), values in figures.items() if of == language}
        if "ours" not in group:
            continue
        rows = []
        for name, theirs in group.items():
            row = [name]
            for what, digits in (("import", 1), ("one call", 1)):
                known = bool(theirs[what])
                compared = known and name != "ours" and bool(group["ours"][what])
                row.append(spread(theirs[what], digits) if known else "")
                row.append(ratio(group["ours"][what], theirs[what]) if compared else "")
            rows.append(row)
        table(f"{language}: start, {over}, milliseconds; ratios ours / peer",
              ["", "import", "ratio", "process with one call", "ratio"], rows)


def show_concurrent(figures):
    rows = [
        [name, REPLY_MS, spread(row["first"], 1), spread(row["later"], 1),
         ratio(row["later"], [REPLY_MS] * len(row["later"]))]
        for name, row in figures.items()
    ]
    if rows:
        table(f"{SIDE_BY_SIDE} deletions side by side, a reply takes {REPLY_MS} ms: milliseconds for all of them",
              ["", "ideal", "the first of a process", "later", "later / ideal"], rows)


def show_instructions(figures, over="plain HTTP"):
    rows = [
        [name, f"{count:,.0f}", f"{figures[ours] / count:.2f}" if ours != name and ours in figures else ""]
        for name, count in figures.items()
        for ours in [name.partition(":")[0] + ": ours"]
    ]
    if rows:
        table(f"Instructions of a call in user space, {over}", ["", "instructions", "ratio ours / peer"], rows)


def show_memory(figures):
    rows = [
        [name, f"{peak:.1f}", f"{figures[ours] / peak:.2f}" if ours != name and ours in figures else ""]
        for name, peak in figures.items()
        for ours in [name.partition(":")[0] + ": ours"]
    ]
    table(f"Memory of a process that makes {MEMORY_CALLS} calls", ["", "peak MiB", "ratio ours / peer"], rows)


def show_size(sizes):
    table("Artifacts, bytes", ["", "size", "gzip -9"],
          [[name, f"{size:,}", f"{packed:,}"] for name, (size, packed) in sizes.items()])


def versions(languages):
    """What was compared, in the words of each."""
    commands = {"rust": ["rustc", "--version"], "cc": ["cc", "--version"],
                "libcurl": ["pkg-config", "--modversion", "libcurl"], "node": ["node", "--version"],
                "python": [PYTHON, "-m", "pip", "list", "--format=freeze"],
                **{name: stack.version for name, stack in STACKS.items()}}
    found = {"machine": f"{platform.system()} {platform.machine()}, {' '.join(platform.libc_ver())}, {os.cpu_count()} CPUs"}
    for name, command in commands.items():
        if name in languages or (name in ("cc", "libcurl") and {"rust", "c"} & set(languages)) or name == "rust":
            with contextlib.suppress(OSError):
                text = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=ENVIRONMENT).stdout
                found[name] = text.partition("\n")[0] if name != "python" else (
                    f"{platform.python_version()}; " + text.strip().replace("\n", ", "))
    if "rust" in languages:
        lock = (ROOT / "Cargo.lock").read_text().partition('name = "ureq"\nversion = "')[2]
        found["ureq"] = lock.partition('"')[0]
    for package in ("undici", "axios"):
        with contextlib.suppress(OSError):
            if "node" in languages:
                found[package] = json.loads((MODULES / package / "package.json").read_text())["version"]
    return found


def by_name(figures):
    return {str(client): {"calls": client.calls, **values} for client, values in figures.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default=",".join(LANGUAGES), metavar="LANGUAGES", help="such as rust,c")
    parser.add_argument("--rounds", type=int, default=9, help="how often each client has its turn (9)")
    parser.add_argument("--calls", type=int, default=20_000, help="calls of a fast client in a turn (20000)")
    parser.add_argument("--tls", action="store_true", help="calls over TLS")
    parser.add_argument("--bulk", action="store_true", help="many ids side by side against slow replies")
    parser.add_argument("--million", action="store_true", help="memory and time of a batch of a million ids")
    parser.add_argument("--ids", type=int, default=1_000_000, help="of --million (1000000)")
    parser.add_argument("--startup", action="store_true", help="time to import, and of a process with one call")
    parser.add_argument("--concurrent", action="store_true", help="64 calls side by side against slow replies")
    parser.add_argument("--memory", action="store_true", help="the most that a process with some calls has")
    parser.add_argument("--size", action="store_true", help="bytes of the artifacts in the target folder")
    parser.add_argument("--instructions", action="store_true", help="of a call, by valgrind; rust and c")
    parser.add_argument("--all", action="store_true", help="calls, and all of these")
    parser.add_argument("--json", metavar="FILE", help="write every round's figures")
    options = parser.parse_args()
    languages = [language for language in LANGUAGES if language in options.only.split(",")]
    if unknown := set(options.only.split(",")) - set(LANGUAGES):
        parser.error(f"--only: no such language: {', '.join(sorted(unknown))}")
    others = (options.tls, options.bulk, options.million, options.startup, options.concurrent, options.size,
              options.instructions, options.memory)
    calls = options.all or not any(others)

    languages = build(languages)
    clients = runnable(languages, options.calls)
    secure = over_tls(clients) if options.all or options.tls or options.startup or options.instructions else []
    result = {"date": datetime.date.today().isoformat(), "rounds": options.rounds,
              "versions": versions(languages), "load before": load(), "left out": LEFT_OUT}
    for name, version in result["versions"].items():
        print(f"{name}: {version}")
    for line in LEFT_OUT:
        print(f"LEFT OUT {line}")

    def write():
        """After each part, as what breaks off one must not lose an hour of others."""
        result["load after"] = load()
        if options.json:
            pathlib.Path(options.json).write_text(json.dumps(result, indent=1))

    if calls:
        say("Calls")
        figures = measure_calls(clients, options.rounds)
        show_calls(figures)
        result["calls"] = by_name(figures)
        write()
    if options.tls or options.all:
        say("Calls over TLS")
        figures = measure_calls(secure, options.rounds, tls=True)
        show_calls(figures, "TLS")
        result["calls over TLS"] = by_name(figures)
        write()
    if options.bulk or options.all:
        say("Many")
        # A round of these takes minutes; what they differ by shows in half as many.
        result["bulk rounds"] = options.rounds // 2 + 1
        result["bulk"] = bulk.measure(languages, result["bulk rounds"])
        bulk.show(result["bulk"])
        write()
    if options.million or options.all:
        say("A batch")
        result["million ids"] = options.ids
        result["million"] = bulk.measure_million(languages, options.ids)
        bulk.show_million(result["million"], options.ids)
        write()
    if options.startup or options.all:
        say("Start")
        for over, those, tls in (("plain HTTP", clients, False), ("TLS", secure, True)):
            figures = measure_startup(those, options.rounds, tls)
            show_startup(figures, over)
            named = {f"{language}: {name}": values for (language, name), values in figures.items()}
            result["startup over TLS" if tls else "startup"] = named
        write()
    if options.concurrent or options.all:
        say("Side by side")
        result["concurrent"] = measure_concurrent(clients, options.rounds)
        show_concurrent(result["concurrent"])
        write()
    if options.instructions or options.all:
        say("Instructions")
        result["instructions"] = measure_instructions(clients)
        show_instructions(result["instructions"])
        result["instructions over TLS"] = measure_instructions(secure, tls=True)
        show_instructions(result["instructions over TLS"], "TLS")
        write()
    if options.memory or options.all:
        say("Memory")
        result["memory calls"] = MEMORY_CALLS
        result["memory"] = measure_memory(clients)
        show_memory(result["memory"])
        write()
    if options.size or options.all:
        result["size"] = measure_size()
        show_size(result["size"])
    write()
    print(f"\n{options.rounds} rounds, median [min..max], but one run of a million, of sizes and of instructions; "
          f"load {result['load before']} before, {result['load after']} after")


if __name__ == "__main__":
    main()
