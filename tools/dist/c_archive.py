"""The C library: an archive that is unpacked anywhere and used from there."""

import os
import shutil

from cargo import llvm
from packing import add_papers, tar, zip
from project import DIST, NAME, ROOT, VERSION, run

OUT = DIST / "c"


def name(target):
    return f"{NAME}-c-{VERSION}-{target.triple}"


def install(builder, prefix, libdir="lib"):
    """As `make install` does it, into a new folder."""
    shutil.rmtree(prefix, ignore_errors=True)
    run(ROOT / "bindings-c/install.sh", builder.stage / "c", env={
        **os.environ, "PREFIX": str(prefix), "DESTDIR": "", "LIBDIR": libdir, "STRIP": str(llvm("llvm-strip")),
    })
    return prefix


def build(builder):
    target = builder.target
    folder = install(builder, builder.folder / "c" / name(target))
    doc = folder / "share/doc/dingtalk_extcontact"
    add_papers(doc, [target], "c")
    shutil.copy(ROOT / "bindings-c/README.md", doc)
    (zip if target.system == "windows" else tar)(folder, OUT / (name(target) + (".zip" if target.system == "windows" else ".tar.gz")))
