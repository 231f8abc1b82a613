"""Many deletions side by side: how near they come to the ideal, and what they cost."""

import math
import statistics
import subprocess
import tempfile

from harness import (
    BENCH, BUILT, PEAK, PYTHON, WORK, cpus, leaving_out, pinned, ratio, run_command, server, spread, table, turns,
)

REPLY_MS = 20
# How many ids at which concurrency. One at a time, 2,000 would take 40 seconds a client.
IDS = {1: 100, 8: 2000, 32: 2000, 64: 2000}
MILLION_CONCURRENCY, MILLION_MIB, MILLION_SECONDS = 8, 128, 1800


class Client:
    """A program that takes ENDPOINT IDS CONCURRENCY, and JOURNAL where it writes one, and prints how
    many seconds the deletions took."""

    def __init__(self, name, languages, *command, journal=False):
        self.name, self.languages, self.journal = name, languages, journal
        self.command = [str(part) for part in command]

    def __str__(self):
        return f"{self.name}, journal" if self.journal else self.name

    def with_journal(self):
        return Client(self.name, self.languages, *self.command, journal=True)

    def run(self, endpoint, ids, concurrency, limit=300):
        """The seconds of the deletions; CPU seconds and the most MiB of the process."""
        # Not the system's folder for such files, as that may be in memory.
        with tempfile.TemporaryDirectory(dir=WORK) as folder:
            journal = [f"{folder}/journal.jsonl"] if self.journal else []
            command = [str(PEAK), *self.command, endpoint, str(ids), str(concurrency), *journal]
            cpu, _, output = run_command(command, limit)
        seconds, peak = map(float, output.split())
        return {"seconds": seconds, "cpu": cpu, "MiB": peak / 1024}


def python(name, function):
    return Client(name, {"python"}, PYTHON, BENCH / "clients/bulk.py", function)


def node(name, function):
    return Client(name, {"node"}, "node", BENCH / "clients/bulk.js", function)


OURS = [
    Client("Rust", {"rust"}, BUILT / "bench-bulk"),
    Client("C", {"c"}, WORK / "bulk"),
    python("Python Client", "ours"),
    python("Python AsyncClient", "ours_asyncio"),
    node("Node", "ours"),
]
# What the syncs of a journal cost by themselves.
SYNCS = Client("bare syncs", {"rust", "c"}, WORK / "bulk_syncs", journal=True)
PEERS = [
    SYNCS,
    Client("libcurl multi", {"rust", "c"}, WORK / "bulk_libcurl"),
    python("requests, threads", "requests"),
    python("pycurl multi", "pycurl"),
    python("aiohttp", "aiohttp"),
    node("undici Pool", "undici"),
]
COMPARED = [
    ("Rust", "libcurl multi"),
    ("C", "libcurl multi"),
    ("Python Client", "requests, threads"),
    ("Python Client", "pycurl multi"),
    ("Python AsyncClient", "aiohttp"),
    ("Node", "undici Pool"),
]


# --- Measure ---


def runnable(clients, languages):
    """Those that can delete three ids here."""
    found = []
    with server() as endpoint:
        for client in clients:
            if client.languages & set(languages):
                with leaving_out(client):
                    client.run(endpoint, 3, 2)
                    found.append(client)
    return found


def measure(languages, rounds):
    """Rounds of figures by concurrency and client."""
    ours = [client for each in OURS for client in (each, each.with_journal())]
    clients = runnable([*ours, *PEERS], languages)
    figures = {concurrency: {} for concurrency in IDS}
    client_cpu, server_cpu = cpus()
    with pinned(server_cpu), server(REPLY_MS) as endpoint, pinned(client_cpu):
        for concurrency, client in turns([(concurrency, client) for concurrency in IDS for client in clients], rounds):
            row = figures[concurrency].setdefault(str(client), {"seconds": [], "cpu": [], "MiB": []})
            for name, value in client.run(endpoint, IDS[concurrency], concurrency).items():
                row[name].append(value)
    return figures


def measure_million(languages, ids):
    """A run of each client against replies that take no time."""
    clients = runnable(OURS, languages)
    client_cpu, server_cpu = cpus()
    with pinned(server_cpu), server() as endpoint, pinned(client_cpu):
        return {
            str(client): client.run(endpoint, ids, MILLION_CONCURRENCY, MILLION_SECONDS)
            for client in turns(clients, 1)
        }


# --- Show ---


def ideal(concurrency):
    return math.ceil(IDS[concurrency] / concurrency) * REPLY_MS / 1000


def file_system():
    """Where the journals are: one in memory would flatter them."""
    command = ["stat", "--file-system", "--format=%T", str(WORK)]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"


def show(figures):
    for concurrency, group in figures.items():
        rows = [
            [name, spread([ideal(concurrency) / seconds for seconds in row["seconds"]], 3),
             f"{statistics.median(row['cpu']) * 1e3:.0f}", f"{statistics.median(row['MiB']):.1f}"]
            for name, row in group.items()
        ]
        table(f"{IDS[concurrency]:,} deletions, {concurrency} at a time, a reply takes {REPLY_MS} ms: "
              f"ideal {ideal(concurrency):.2f} s, journals on {file_system()}",
              ["", "share of ideal", "CPU ms", "peak MiB"], rows)
    for title, what in (("Time", "seconds"), ("CPU", "cpu")):
        rows = [
            [f"{name} / {peer}", *(ratio(group[name][what], group[peer][what]) for group in figures.values())]
            for ours, peer in COMPARED
            for name in (ours, f"{ours}, journal")
            if all(name in group and peer in group for group in figures.values())
        ]
        if rows:
            table(f"{title} of many deletions, ours / peer", ["", *(f"{count} at a time" for count in figures)], rows)


def show_million(figures, ids):
    rows = [
        [name, f"{row['seconds']:.1f}", f"{row['cpu']:.1f}", f"{row['MiB']:.1f}", MILLION_MIB]
        for name, row in figures.items()
    ]
    table(f"A batch of {ids:,} ids, {MILLION_CONCURRENCY} at a time, a reply takes no time",
          ["", "seconds", "CPU seconds", "peak MiB", "bound MiB"], rows)
