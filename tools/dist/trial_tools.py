"""What the trials of packages share: finding them, and a DingTalk to use them against."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

from project import DIST, ROOT, WORK, output_of
from targets import TARGETS, runs_here


def package(folder, name):
    """A file in dist/, or None."""
    return next(iter(sorted((DIST / folder).glob(name))), None)


def nothing(**more):
    """An environment with no program in reach but those that are named with their folder."""
    windows = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    return {"PATH": "/nonexistent", "HOME": "/nonexistent", "LANG": "C.UTF-8", **windows, **more}


class Server:
    def __init__(self, told, ids):
        self.environment = {"DINGTALK_ENDPOINT": told["url"], "DINGTALK_ACCESS_TOKEN": told["access_token"]}
        self.ids = ids

    def take(self, number=1):
        taken, self.ids = self.ids[:number], self.ids[number:]
        return taken[0] if number == 1 else taken


def native_command():
    """A command in dist/ or built here that runs on this system: it has the sandbox."""
    for name in WORK.glob("*/stage/*/command/dingtalk-extcontact*"):
        if runs_here(TARGETS[name.parts[-3]]):
            return name
    sys.exit("no command that runs here has been built: make dist builds it")


@contextmanager
def sandbox(contacts=200):
    """A DingTalk on loopback, with contacts to delete."""
    command = native_command()
    server = subprocess.Popen([command, "sandbox", f"--contacts={contacts}", "--rate=none", "--until-stdin-closes"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        told = json.loads(server.stdout.readline())
        environment = {"DINGTALK_ENDPOINT": told["url"], "DINGTALK_ACCESS_TOKEN": told["access_token"]}
        listed = output_of(command, "list", "--json", env={**os.environ, **environment})
        yield Server(told, [json.loads(line)["userid"] for line in listed.splitlines()])
    finally:
        server.stdin.close()
        server.wait(10)


class Wine:
    """Runs programs for Windows that lie in one folder."""

    PREFIX = WORK / "wine"  # what Windows has on its disk; it takes a while to make, so it is kept

    def __init__(self, folder):
        subprocess.run([sys.executable, "-c", "import sys, pathlib, wine; wine.random_numbers(pathlib.Path(sys.argv[1]))",
                        folder], check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "tools")})

    @staticmethod
    def missing():
        lacking = [program for program in ("wine", "x86_64-w64-mingw32-gcc") if not shutil.which(program)]
        return f"no {' and no '.join(lacking)}" if lacking else ""

    def run(self, program, *arguments, **environment):
        command = ["wine", program, *arguments]
        # With no input at all Python would not start.
        done = subprocess.run(list(map(str, command)), cwd=program.parent, stdin=subprocess.DEVNULL, capture_output=True,
                              encoding="utf-8", errors="replace", timeout=600,
                              env={**os.environ, "WINEPREFIX": str(self.PREFIX), "WINEDEBUG": "-all", **environment})
        if done.returncode:
            sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout
