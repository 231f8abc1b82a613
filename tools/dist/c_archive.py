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
    run("sh", (ROOT / "bindings-c/install.sh").as_posix(), (builder.stage / "c").as_posix(), env={
        **os.environ, "PREFIX": prefix.as_posix(), "DESTDIR": "", "LIBDIR": libdir, "STRIP": llvm("llvm-strip").as_posix(),
    })
    return prefix


def build(builder):
    target = builder.target
    folder = install(builder, builder.folder / "c" / name(target))
    doc = folder / "share/doc/dingtalk_extcontact"
    add_papers(doc, [target], "c")
    for readme in ("README.md", "README.zh-CN.md"):
        shutil.copy(ROOT / "bindings-c" / readme, doc)
    pack, end = (zip, ".zip") if target.system == "windows" else (tar, ".tar.gz")
    pack(folder, OUT / (name(target) + end))
