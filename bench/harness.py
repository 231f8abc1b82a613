"""What every measurement needs: places, commands that build, the server, turns, tables."""

import contextlib
import math
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").absolute()
BUILT = TARGET / "dist"
WORK = TARGET / "bench"
PYTHON = WORK / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
MODULES = WORK / "node" / "node_modules"
PEAK = WORK / "peak"

# What names certificates to some client: the bench's own server is to be trusted, or nobody.
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")

ENVIRONMENT = {
    **{k: v for k, v in os.environ.items()
       if "proxy" not in k.lower() and not k.startswith("DINGTALK_")
       and k not in (*CERTIFICATES, "SSL_CERT_DIR")},
    "NODE_PATH": str(MODULES),
    "CARGO_TARGET_DIR": str(TARGET),
}

AGAIN = "ours, once more"


class Client:
    """A program that takes ENDPOINT and N. `share` of --calls is what it makes in a
    measurement, after `warm` calls that are not counted. Where not `tls`, it speaks plain HTTP."""

    def __init__(self, language, name, command, share=1.0, warm=200, tls=True):
        self.language, self.name, self.share, self.warm, self.tls = language, name, share, warm, tls
        self.command = [str(part) for part in command]

    def __str__(self):
        return f"{self.language}: {self.name}"


# --- Build ---


class Missing(Exception):
    """Something that is not to be had here."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def do(*command, **options):
    """Runs a command that builds something; its output is shown if it fails."""
    command = [str(part) for part in command]
    say(f"  {shlex.join(command)}")
    options = {"env": ENVIRONMENT, "cwd": ROOT, **options}
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    except OSError as error:
        raise Missing(f"{command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise Missing(f"{shlex.join(command)} failed\n{done.stdout[-3000:]}")
    return done.stdout.strip()


def cargo(*packages):
    do("cargo", "build", "--profile=dist", *(f"--package=dingtalk-extcontact-{name}" for name in packages))


def install_library():
    """The C library as `make install` has it: the folder that has include, lib and share."""
    cargo("c")
    prefix = WORK / "c"
    do(ROOT / "bindings-c/install.sh", BUILT, env={**ENVIRONMENT, "DESTDIR": "", "PREFIX": str(prefix)})
    return prefix


@contextlib.contextmanager
def leaving_out(what):
    try:
        yield
    except Missing as error:
        left_out(what, error)


LEFT_OUT = []


def left_out(what, why):
    lines = [line.strip() for line in str(why).splitlines() if line.strip()]
    telling = [line for line in lines if "rror:" in line] or lines[-1:]
    LEFT_OUT.append(f"{what}: {''.join(telling[-1:])}")
    say(f"LEFT OUT {what}: {why}")


# --- Measure ---


@contextlib.contextmanager
def pinned(cpu):
    """What is started meanwhile runs on this CPU alone, as under taskset."""
    if cpu is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpus():
    """CPUs for client and server: the last two, or none where they cannot be chosen."""
    if not hasattr(os, "sched_getaffinity"):
        return [None, None]
    return (sorted(os.sched_getaffinity(0)) * 2)[-2:]


@contextlib.contextmanager
def server(delay_ms=0, tls=False):
    """Its URL; meanwhile all clients trust its certificate."""
    ca_file = WORK / "bench-ca.pem"
    command = [BUILT / "bench-server", delay_ms, *([ca_file] if tls else [])]
    process = subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        endpoint = process.stdout.readline().strip()
        if tls:
            ENVIRONMENT.update(dict.fromkeys(CERTIFICATES, str(ca_file)))
        yield endpoint
    finally:
        for name in CERTIFICATES:
            ENVIRONMENT.pop(name, None)
        process.stdin.close()
        process.wait(10)


def run_command(command, limit=300):
    """Runs it to its end, for so many seconds at most: CPU and wall seconds, and what it printed."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(command, env=ENVIRONMENT, cwd=WORK, stdout=output, stderr=errors)
        except OSError as error:
            raise Missing(error) from error
        watchdog = threading.Timer(limit, process.kill)
        watchdog.start()
        # Popen's own wait does not say what the process used.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        watchdog.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        output.seek(0)
        if process.returncode != 0:
            raise Missing(f"exit status {process.returncode}: {errors.read()[-2000:]}")
        return usage.ru_utime + usage.ru_stime, wall, output.read()


def turns(items, rounds):
    """Every item once in each round, beginning with another one each time."""
    for number in range(rounds if items else 0):
        first = number % len(items)
        yield from items[first:] + items[:first]
        say(f"  round {number + 1} of {rounds} (load {load()})")


# --- Show ---


def load():
    return " ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


def spread(values, digits):
    return "{1:.{0}f} [{2:.{0}f}..{3:.{0}f}]".format(digits, statistics.median(values), min(values), max(values))


def ratio(ours, theirs):
    """Round by round, as drift of the machine then hits both."""
    return spread([a / b if b > 0 else math.nan for a, b in zip(ours, theirs)], 2)


def table(title, head, rows):
    print(f"\n{title}\n")
    widths = [max(len(str(cell)) for cell in column) for column in zip(head, *rows)]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [str(cell).ljust(width) for cell, width in zip(row, widths)]
        print("| " + " | ".join(cells) + " |")
