#!/usr/bin/env python3
"""Draws docs/batch.svg, a batch at work: picture.py FOLDER, where cargo has built the command.

What is drawn is what the command wrote on a terminal: a run that Ctrl-C ends in the middle, and one that goes on. It
needs pyte, of docs/requirements.txt, which knows what a terminal shows.
"""

import fcntl
import html
import json
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios

import pyte

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS, ROWS = 80, 60
WIDTH, HEIGHT, MARGIN = 8.4, 18, 16
COLOURS = {"default": "#d7dae0", "red": "#ff7b72", "green": "#7ee787", "brown": "#e3b341", "blue": "#79c0ff", "cyan": "#76e3ea"}
COMMAND = ["dingtalk-extcontact", "delete", "--file", "leavers.txt", "--backup", "leavers.backup.jsonl"]


def run(built, folder, environment, screen, until):
    """Runs the command on a terminal, and answers yes. Where its bar shows `until`, it gets Ctrl-C: what was seen then."""
    stream = pyte.ByteStream(screen)
    stream.feed(f"\x1b[1m$ {' '.join(COMMAND)}\x1b[0m\r\n".encode())
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(built / COMMAND[0], COMMAND, environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    seen, answered = None, False
    while select.select([terminal], [], [], 60)[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so of a terminal whose program has ended.
            break
        stream.feed(piece)
        if not answered and b"[y/N]" in piece:
            answered = True
            os.write(terminal, b"y\n")
        if until and seen is None and any(re.search(until, line) for line in screen.display):
            seen = lines(screen)
            os.write(terminal, b"\x03")
    os.waitpid(child, 0)
    os.close(terminal)
    return seen


def lines(screen):
    """What stands on the screen: for each line, its pieces as (column, text, colour, bold)."""
    found = []
    for row in range(ROWS):
        pieces = []
        for column in range(COLUMNS):
            cell = screen.buffer[row][column]
            if pieces and pieces[-1][2:] == (cell.fg, cell.bold):
                pieces[-1] = (pieces[-1][0], pieces[-1][1] + cell.data, cell.fg, cell.bold)
            else:
                pieces.append((column, cell.data, cell.fg, cell.bold))
        # Where there is more than one space the next word has its own place: spaces count for nothing in SVG.
        found.append([
            (column + word.start(), word[0], colour, bold)
            for column, text, colour, bold in pieces
            for word in re.finditer(r"\S+(?: \S+)*", text)
        ])
    while found and not found[-1]:
        found.pop()
    return found


def panel(found, top):
    """A terminal with these lines: its SVG, and its height."""
    height = len(found) * HEIGHT + 2 * MARGIN
    svg = [f'<rect y="{top}" width="{COLUMNS * WIDTH + 2 * MARGIN:.0f}" height="{height}" rx="8" fill="#161b22"/>']
    for row, pieces in enumerate(found):
        for column, text, colour, bold in pieces:
            left, base = MARGIN + column * WIDTH, top + MARGIN + row * HEIGHT + 13
            weight = ' font-weight="700"' if bold else ""
            svg.append(
                f'<text x="{left:.1f}" y="{base}" textLength="{len(text) * WIDTH:.1f}" lengthAdjust="spacingAndGlyphs"'
                f' fill="{COLOURS.get(colour, COLOURS["default"])}"{weight}>{html.escape(text)}</text>'
            )
    return svg, height


def main():
    built = pathlib.Path(sys.argv[1]).resolve()
    sandbox = subprocess.Popen(
        [built / COMMAND[0], "sandbox", "--until-stdin-closes", "--contacts", "120", "--faults", "lost-reply=0.02;seed=5"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    facts = json.loads(sandbox.stdout.readline())
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DINGTALK_")},
        "DINGTALK_ENDPOINT": facts["url"], "DINGTALK_APP_KEY": facts["app_key"], "DINGTALK_APP_SECRET": facts["app_secret"],
        "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
    }
    with tempfile.TemporaryDirectory() as folder:
        listed = subprocess.check_output([built / COMMAND[0], "list", "--json"], env=environment, text=True)
        ids = [json.loads(line).get("userid") for line in listed.splitlines()]
        pathlib.Path(folder, "leavers.txt").write_text("".join(f"{user_id}\n" for user_id in ids[:100]))
        screen = pyte.Screen(COLUMNS, ROWS)
        middle = run(built, folder, environment, screen, r" (5|6)\d/100 ")
        screen = pyte.Screen(COLUMNS, ROWS)
        run(built, folder, environment, screen, None)
        end = lines(screen)
    sandbox.stdin.close()
    sandbox.wait(20)
    first, height = panel([*middle, [(0, "^C", "default", False)]], 0)
    second, more = panel(end, height + 12)
    size = f"{COLUMNS * WIDTH + 2 * MARGIN:.0f} {height + 12 + more}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-size="14" font-family="ui-monospace, Menlo, Consolas, monospace">'
    title = "<title>A batch of deletions: interrupted by Ctrl-C, and taken up by the same command</title>"
    (ROOT / "docs" / "batch.svg").write_text("\n".join([head, title, *first, *second, "</svg>\n"]))


if __name__ == "__main__":
    main()
