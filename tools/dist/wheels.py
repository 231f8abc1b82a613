"""The wheels, and the source distribution.

maturin says what a wheel tells of itself, and packs the sources. The library in a wheel is that of
the one run of cargo: a run of maturin's own would build all dependencies again, for each wheel.
"""

import os
import shutil
import subprocess
import sys

from packing import add_papers, compress_again
from project import DIST, NAME, ROOT, VERSION, epoch, run, tool, tracked
from sbom import BILL, LICENCES

MANIFEST = ROOT / "bindings-python/Cargo.toml"
OUT = DIST / "python"
STEM = f"{NAME.replace('-', '_')}-{VERSION}"


def build(builder):
    target = builder.target
    if not target.wheel:
        return
    extension = ".pyd" if target.system == "windows" else ".abi3.so"
    pack(builder, "python", f"_native{extension}", "cp39-abi3")
    if target.free_threaded:
        # As importlib names it: a musl Python says so, too.
        pack(builder, "python-free-threaded",
             f"_native.cpython-314t-{target.machine}-{target.system}-{target.libc}.so", "cp314-cp314t")


def pack(builder, product, library, tag):
    target = builder.target
    folder = builder.folder / "wheels" / f"{target.triple}-{product}"
    shutil.rmtree(folder, ignore_errors=True)
    sources = ROOT / "bindings-python/python"
    for source in tracked(sources):
        to = folder / source.relative_to(sources)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(source.read_bytes())
    shutil.copy(next((builder.stage / product).iterdir()), folder / "dingtalk_extcontact" / library)

    run(tool("maturin"), "pep517", "write-dist-info", "-m", MANIFEST, "--metadata-directory", folder,
        "-i", sys.executable, stdout=subprocess.DEVNULL)
    info = folder / f"{STEM}.dist-info"
    add_papers(info / "licenses", [target], "python")
    (info / "sboms").mkdir()
    (info / "licenses" / BILL).rename(info / "sboms" / BILL)
    metadata = (info / "METADATA").read_text()
    mark = "License-File: LICENSE-MIT\n"
    assert mark in metadata
    (info / "METADATA").write_text(metadata.replace(mark, f"{mark}License-File: {LICENCES}\n"))
    lines = [line for line in (info / "WHEEL").read_text().splitlines() if line and not line.startswith("Tag:")]
    lines += [f"Tag: {tag}-{platform}" for platform in target.wheel]
    (info / "WHEEL").write_text("\n".join(lines) + "\n")

    OUT.mkdir(parents=True, exist_ok=True)
    run(tool("wheel"), "pack", folder, "-d", OUT, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())})
    compress_again(OUT / f"{STEM}-{tag}-{'.'.join(sorted(target.wheel))}.whl")


def build_sdist():
    OUT.mkdir(parents=True, exist_ok=True)
    run(tool("maturin"), "sdist", "-m", MANIFEST, "-o", OUT, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())})
