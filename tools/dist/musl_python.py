"""A CPython for musl: there is none in a registry or in Debian, so one is built of Debian's sources, in a minute or two."""

import os
import pathlib
import shutil
import tempfile

from project import run
from targets import runs_here

VERSION = "3.13"  # that of the suite whose musl it runs with
PROGRAM = f"/opt/python/bin/python{VERSION}"

# Only while mmdebstrap runs its settings for apt know where a suite comes from.
HOOKS = (
    """--setup-hook=sed -i 'p; s/^deb/deb-src/' "$1/etc/apt/sources.list\"""",
    f"""--extract-hook=export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" && mkdir -p "$1/usr/src" && cd "$1/usr/src" &&
    apt-get -qq source --tar-only --download-only python{VERSION}""",
)

# gcc speaks of glibc where it is asked for its system.
COMPILER = """\
#!/bin/sh
[ "$1" = --print-multiarch ] || exec musl-gcc "$@"
"""


def missing(target):
    if not runs_here(target):
        return f"no Python for musl on {target.machine}"
    lacking = [program for program in ("musl-gcc", "make") if not shutil.which(program)]
    return f"no {' or '.join(lacking)} to build a Python for musl" if lacking else ""


def build(root):
    """Into /opt/python of a root that has its sources, with the modules that need no library."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run("tar", "-xf", next((root / "usr/src").glob("python*.orig.tar.*")), "-C", folder)
        compiler = folder / "cc"
        compiler.write_text(COMPILER)
        compiler.chmod(0o755)
        place = next(folder.glob("Python-*"))
        log = {"cwd": place, "stdout": (folder / "log").open("w"), "stderr": -2}
        run("./configure", "--prefix=/opt/python", "--disable-test-modules", "--without-ensurepip", "--with-pkg-config=no",
            "--without-readline", env={**os.environ, "CC": str(compiler), "OPT": "-O1", "MODULE_BUILDTYPE": "static"}, **log)
        run("make", f"-j{os.cpu_count()}", **log)
        run("make", "altinstall", f"DESTDIR={root}", **log)
