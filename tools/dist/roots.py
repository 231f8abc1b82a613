"""Systems to install into: the files of a Debian, of this machine or of another that qemu runs."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager

from project import WORK, run
from targets import runs_here
from trial_tools import nothing, sandbox

ROOTS = WORK / "roots"



def debian_root(suite, architecture, variant, *packages, hooks=(), then=None):
    """The files of a Debian, made once. An `extract` is unpacked alone: nothing of it has run.

    `hooks` are mmdebstrap's; `then` makes of the files what is kept.
    """
    root = ROOTS / "-".join([suite, architecture, variant, *packages, *([then.__module__] if then else [])])
    if not root.exists():
        ROOTS.mkdir(parents=True, exist_ok=True)
        include = [f"--include={','.join(packages)}"] if packages else []
        making = root.with_name(root.name + ".new")
        # Where it was stopped, /proc of this system may still be mounted below.
        if making.exists():
            run("rm", "-r", "--one-file-system", making)
        run("mmdebstrap", "--quiet", "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", f"--variant={variant}",
            f"--architectures={architecture}", *include, *hooks, suite, making)
        if then:
            then(making)
        making.rename(root)
    return root


@contextmanager
def inside(root):
    """A copy of a root, and a function that runs a command there."""
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        copy = pathlib.Path(folder) / "root"
        run("cp", "-a", "--reflink=auto", root, copy)

        def enter(*command, **environment):
            command = [shutil.which("chroot"), copy, *command]
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=copy,
                                  env=nothing(PATH="/usr/sbin:/usr/bin:/sbin:/bin", HOME="/root", **environment))
            if done.returncode:
                sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
            return done.stdout

        enter.root = copy
        yield enter


def missing(target):
    """What this system lacks to enter a root of the target, or an empty text."""
    if sys.platform != "linux" or target.system != "linux":
        return "another system"
    if os.geteuid() != 0:
        return "not root"
    if not shutil.which("mmdebstrap"):
        return "no mmdebstrap"
    return "" if runs_here(target) or emulated(target) else f"no qemu-user-static for {target.machine}"


def emulated(target):
    """Whether qemu runs programs of the target in any folder."""
    handlers = pathlib.Path("/proc/sys/fs/binfmt_misc")
    if not (handlers / "register").exists():
        subprocess.run(["mount", "-t", "binfmt_misc", "none", handlers], check=False)
    settings = pathlib.Path(f"/usr/lib/binfmt.d/qemu-{target.machine}.conf")
    if not (handlers / settings.stem).exists() and settings.exists() and os.access(handlers / "register", os.W_OK):
        (handlers / "register").write_text(settings.read_text())
    return (handlers / settings.stem).exists()


@contextmanager
def server_of(target):
    """Contacts and environment of a sandbox outside where qemu runs the target; none where it has its own.

    The sandbox reads from the kernel when a request came (SO_TIMESTAMPNS), which qemu does not know.
    """
    if runs_here(target):
        yield [], {}
    else:
        with sandbox() as server:
            yield server.take(100), server.environment
