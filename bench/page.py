#!/usr/bin/env python3
"""Makes docs/performance.md and its plots from what bench/run.py wrote: page.py BENCH.JSON."""

import html
import json
import math
import pathlib
import statistics
import sys

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
PLOTS = DOCS / "performance"
NAMES = {"rust": "Rust", "c": "C", "python": "Python", "node": "Node", "java": "Java", "php": "PHP", "go": "Go",
         "dotnet": ".NET", "mono": "Mono"}
AGAIN = "ours, once more"
OURS = ("ours", "ours, asyncio", "ours, tasks", "ours, with a context that may end")


def ratios(ours, theirs):
    return [a / b for a, b in zip(ours, theirs) if b > 0]


def spread(values, digits=2):
    if not values:
        return "not measured"
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


# --- Plots ---

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #222 }
  .small { font-size: 11px; fill: #666 }
  .title { font-weight: 600 }
  .peer { fill: #9aa5b1 } .ours { fill: #1769aa } .range { stroke: #222; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #eee } .small { fill: #aaa }
    .peer { fill: #66717d } .ours { fill: #5aa9e6 } .range { stroke: #eee }
  }
"""


def bars(title, unit, rows):
    """Horizontal bars on a scale of powers of ten: (name, values, whether it is ours)."""
    left, right, width, height, top = 210, 120, 800, 24, 44
    medians = [statistics.median(values) for _, values, _ in rows]
    low = 10 ** math.floor(math.log10(min(medians) * 0.8))
    high = 10 ** math.ceil(math.log10(max(max(values) for _, values, _ in rows)))

    def x(value):
        share = math.log10(max(value, low) / low) / math.log10(high / low)
        return left + share * (width - left - right)

    bottom = top + height * len(rows)
    parts = [f'<text class="title" x="8" y="20">{html.escape(title)}</text>']
    mark = low
    while mark <= high:
        parts.append(f'<text class="small" x="{x(mark):.0f}" y="{bottom + 16}" text-anchor="middle">{mark:g}</text>')
        mark *= 10
    for number, ((name, values, is_ours), median) in enumerate(zip(rows, medians)):
        y = top + height * number
        parts += [
            f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{html.escape(name)}</text>',
            f'<rect class="{"ours" if is_ours else "peer"}" x="{left}" y="{y}" width="{max(x(median) - left, 1):.1f}" height="17"/>',
            f'<line class="range" x1="{x(min(values)):.1f}" x2="{x(max(values)):.1f}" y1="{y + 8.5}" y2="{y + 8.5}"/>',
            f'<text x="{max(x(max(values)), x(median)) + 8:.1f}" y="{y + 13}">{median:,.{0 if median >= 100 else 1}f} {unit}</text>',
        ]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + 24}" role="img" '
            f'aria-label="{html.escape(title)}"><style>{STYLE}</style>' + "".join(parts) + "</svg>\n")


def plot(name, title, unit, rows):
    rows = [(label, [value for value in values if value > 0], ours) for label, values, ours in rows]
    rows = sorted((row for row in rows if row[1]), key=lambda row: statistics.median(row[1]))
    if all(ours for _, _, ours in rows):
        return ""  # nothing to compare with
    PLOTS.mkdir(parents=True, exist_ok=True)
    (PLOTS / f"{name}.svg").write_text(bars(title, unit, rows))
    listed = ", ".join(f"{label} {statistics.median(values):,.1f}" for label, values, _ in rows)
    return f"![{title}, {unit}: {listed}](performance/{name}.svg)\n"


def of_language(figures, language, what):
    """What a plot shows of a language: ours once, and the peers."""
    rows = []
    for name, values in figures.items():
        of, _, client = name.partition(": ")
        if of == language and client != AGAIN and values.get(what):
            rows.append((client, values[what], client in OURS))
    return rows


# --- Text ---


def goals(result):
    calls, tls = result.get("calls", {}), result.get("calls over TLS", {})
    instructions, secure = result.get("instructions", {}), result.get("instructions over TLS", {})

    def cpu(ours, peer, figures=calls):
        if ours not in figures or peer not in figures:
            return "not measured"
        return spread(ratios(figures[ours]["cpu"], figures[peer]["cpu"]))

    def share(ours, peer):
        return f"{instructions[ours] / instructions[peer]:.2f}" if {ours, peer} <= instructions.keys() else "not measured"

    def count(figures):
        return f"{figures['rust: ours']:,.0f}" if "rust: ours" in figures else "not measured"

    return [
        ("Rust / a bare socket in C, CPU", "1.30", cpu("rust: ours", "rust: a bare socket (C)")),
        ("C / libcurl, CPU", "0.38", cpu("c: ours", "c: libcurl easy")),
        ("C / libcurl, instructions", "0.22", share("c: ours", "c: libcurl easy")),
        ("Python / pycurl, CPU", "0.30", cpu("python: ours", "python: pycurl")),
        ("AsyncClient / aiohttp, CPU", "0.28", cpu("python: ours, asyncio", "python: aiohttp")),
        ("Node / undici, CPU", "0.17", cpu("node: ours", "node: undici")),
        ("Rust, instructions of a call", "14,500", count(instructions)),
        ("Rust, instructions of a call over TLS", "24,500", count(secure)),
        ("C / libcurl over TLS, CPU", "", cpu("c: ours", "c: libcurl easy", tls)),
    ]


# Why a row is over its goal, as far as it is known. The page shows those that are over.
REASONS = {
    "Rust / a bare socket in C, CPU": "time limits, retries and the reading of the reply, which the bare loop has not",
    "C / libcurl, CPU": "the kernel's share, which no client can save",
    "C / libcurl, instructions": "strings are checked and copied on their way in and out",
    "Python / pycurl, CPU": "the kernel's share, and the interpreter's lock, which is let go and taken back around each call",
    "AsyncClient / aiohttp, CPU": "each call passes from the loop to a thread and back",
    "Node / undici, CPU": "each call passes from the loop to a thread and back; sending on the loop's own thread would save that",
}
START_REASONS = {
    "rust": "the first connection is made on a thread of its own, so that the call's time limit also ends a connect that hangs",
    **dict.fromkeys(("c", "php", "go"), "as in Rust"),
    "java": "JNA unpacks its library and ours before the first call, and at the end HotSpot waits 300 ms for threads "
    "that are in native code, which one of the library's is",
}
JOURNAL_REASON = (
    "A journal has each id on the disk before its call, and its end before anybody is told. One sync has an id's end and "
    "the next announcement of its worker, and those of others that come within a millisecond. A sync costs more of the "
    "kernel's time than a call over loopback does. What a bare loop in C takes for one append and one sync for all that run "
    "side by side, with the pauses between, is the column \"no less than\": fewer syncs would mean ids that are announced before "
    "a call is free for them, and more of them in doubt after a crash."
)


def over_goal(rows):
    """What is over its goal, with the reason."""
    found = []
    for name, goal, figure in rows:
        if goal and figure[0].isdigit() and float(figure.split()[0].replace(",", "")) > float(goal.replace(",", "")):
            found.append(f"- {name}: {REASONS.get(name, 'the reason is not known')}.")
    return found


def floors(result):
    """The bare socket loop in terms of each peer: no client can be below."""
    calls = result.get("calls", {})
    floor = calls.get("rust: a bare socket (C)")
    peers = ("c: libcurl easy", "python: pycurl", "python: aiohttp", "node: undici")
    if not floor:
        return ""
    shares = [f"{name.partition(': ')[2]} {statistics.median(ratios(floor['cpu'], calls[name]['cpu'])):.2f}" for name in peers if name in calls]
    return "The bare socket loop / each peer, CPU, below which no client can be: " + ", ".join(shares) + ".\n"


def slower(figures, what):
    """Peers that take less than ours, by the median of the rounds: (client, ratio)."""
    found = []
    for name, values in figures.items():
        language, _, client = name.partition(": ")
        ours = figures.get(f"{language}: ours")
        # The floor is no client, and neither is an empty program.
        if ours is None or client in (*OURS, AGAIN, "nothing") or "socket" in client:
            continue
        ratio = statistics.median(ratios(ours[what], values[what]) or [0])
        if ratio > 1:
            found.append((name, ratio))
    return found


def slower_calls(result):
    found = [f"{name} ({over}, {ratio:.2f})"
             for over in ("calls", "calls over TLS") for name, ratio in slower(result.get(over, {}), "wall")]
    return "Slower than a peer in time, a call on a kept connection: " + (", ".join(found) or "nowhere") + ".\n"


def slower_starts(figures):
    found = {}
    for name, ratio in slower(figures, "one call"):
        found.setdefault(name.partition(": ")[0], []).append(f"{name.partition(': ')[2]} {ratio:.2f}")
    told = [f"{NAMES[language]} / {', '.join(peers)} ({START_REASONS.get(language, 'the reason is not known')})"
            for language, peers in found.items()]
    return "Slower than a peer: " + ("; ".join(told) or "nowhere") + ".\n"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def noise(result):
    found = []
    for figures in (result.get("calls", {}), result.get("calls over TLS", {})):
        for language in NAMES:
            ours, again = figures.get(f"{language}: ours"), figures.get(f"{language}: {AGAIN}")
            if ours and again:
                found += ratios(ours["cpu"], again["cpu"])
    if len(found) < 20:
        return spread(found)
    # A process that another one disturbs is far off, so the ends of all turns say little.
    twentieths = statistics.quantiles(found, n=20)
    return f"{statistics.median(found):.2f} (nine turns in ten: {twentieths[0]:.2f} to {twentieths[-1]:.2f})"


def page(result):
    versions = result["versions"]
    text = [
        "# What a call costs\n",
        f"Measured on {result['date']}: {versions['machine']}; load of the machine {result['load before']} before and "
        f"{result['load after']} after (1, 5 and 15 minutes). {result['rounds']} rounds, in each of which every client has "
        "its turn; client and server share one processor. A bar is the median, the line on it goes from the least to the "
        "most. Each plot has a scale of its own, in powers of ten.\n",
        f"**The noise:** ours against itself reads {noise(result)} instead of 1. Differences smaller than that "
        "are none. Made by `make bench`; [bench/README.md](../bench/README.md) says what each client does. CI does not "
        "time: it counts (`make guard`).\n",
        "## At a glance\n",
        table(["ours / peer", "goal", "median (least to most)"], goals(result)),
    ]
    if reasons := over_goal(goals(result)):
        text += ["Over the goal, and why:\n", "\n".join(reasons) + "\n", floors(result)]
    text.append(slower_calls(result))
    for title, key, what, unit, name in (
        ("A call on a kept connection", "calls", "cpu", "us CPU", "call"),
        ("A call over TLS 1.3", "calls over TLS", "cpu", "us CPU", "tls"),
        ("A process with one call, from start to exit", "startup", "one call", "ms", "start"),
        ("A process with one call over TLS", "startup over TLS", "one call", "ms", "start-tls"),
    ):
        plots = [plot(f"{name}-{language}", f"{label}: {title[0].lower()}{title[1:]}", unit, of_language(result.get(key, {}), language, what))
                 for language, label in NAMES.items()]
        if any(plots):
            text += [f"## {title}\n", *filter(None, plots)]
            if what == "one call":
                text.append(slower_starts(result[key]))
    bulk = result.get("bulk", {})
    if bulk:
        text.append(f"## 2,000 deletions side by side, a reply takes 20 ms\n\n{result['bulk rounds']} rounds.\n")
    for concurrency, group in bulk.items():
        if concurrency == "1":
            continue
        rows = [(name, [value * 1e3 for value in row["cpu"]], name.split(",")[0] in ("Rust", "C", "Python Client", "Python AsyncClient", "Node"))
                for name, row in group.items()]
        text.append(plot(f"bulk-{concurrency}", f"{concurrency} at a time: CPU of all", "ms", rows))
    if bulk:
        rows = []
        for concurrency, group in bulk.items():
            for name in ("Rust", "C"):
                journal, peer, syncs = (group.get(key) for key in (f"{name}, journal", "libcurl multi", "bare syncs, journal"))
                if name in group and journal and peer and syncs:
                    floor = [call + sync for call, sync in zip(group[name]["cpu"], syncs["cpu"])]
                    rows.append([f"{name}, {concurrency} at a time", spread(ratios(group[name]["cpu"], peer["cpu"])),
                                 spread(ratios(group[name]["seconds"], peer["seconds"])),
                                 spread(ratios(journal["cpu"], group[name]["cpu"])), spread(ratios(floor, group[name]["cpu"])),
                                 spread(ratios(journal["seconds"], group[name]["seconds"]))])
        text.append(table(["", "CPU / libcurl multi", "time / libcurl multi", "journal / none, CPU", "no less than", "journal / none, time"], rows))
        text.append(JOURNAL_REASON + "\n")
    memory = result.get("memory", {})
    if memory:
        text += [f"## Memory of a process that makes {result['memory calls']} calls, one run\n",
                 table(["", "peak MiB"], [[name, f"{peak:.1f}"] for name, peak in memory.items()])]
    million = result.get("million", {})
    if million:
        text += [f"## A batch of {result['million ids']:,} ids, 8 at a time, one run\n",
                 table(["", "seconds", "CPU seconds", "peak MiB"],
                       [[name, f"{row['seconds']:.0f}", f"{row['cpu']:.0f}", f"{row['MiB']:.0f}"] for name, row in million.items()])]
    for over, key in (("plain HTTP", "instructions"), ("TLS", "instructions over TLS")):
        figures = result.get(key, {})
        if figures:
            text += [f"## Instructions of a call in user space, {over}\n",
                     table(["", "instructions"], [[name, f"{count:,.0f}"] for name, count in figures.items()])]
    if result.get("left out"):
        text.append("Left out: " + "; ".join(result["left out"]) + ".\n")
    text += ["## Versions\n", "\n".join(f"- {name}: {version}" for name, version in versions.items()) + "\n"]
    return "\n".join(text)


def main():
    result = json.loads(pathlib.Path(sys.argv[1]).read_text())
    (DOCS / "performance.md").write_text(page(result))
    print(f"docs/performance.md, {len(list(PLOTS.glob('*.svg')))} plots")


if __name__ == "__main__":
    main()
