"""The packages that are one for all systems: each has the native parts of every target that was built.

They are made of what lies in stage/, so the targets may have been built on several machines.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from cargo import llvm, stages
from packing import add_papers, compress_again, zip
from project import DIST, NAME, ROOT, VERSION, left_out, run, tracked
from sbom import BILL, LICENCES


def build(quick):
    there = stages(quick)
    # Of a target with a system of its own the rest is left to `packages`, on Linux.
    for package in (npm, java, php, dotnet, go) if sys.platform == "linux" else (npm,):
        with tempfile.TemporaryDirectory() as folder:
            package(there, Path(folder))


def npm(stages, folder):
    """The main package, and one for each target with an addon."""
    found = [(target, stage) for target, stage in stages if (stage / "node").is_dir()]
    if not found:
        return
    addons = folder / "addons"
    addons.mkdir()
    for target, stage in found:
        shutil.copy(stage / "node" / target.addon, addons)
    add_papers(folder, [target for target, _ in found], "node")
    run("node", ROOT / "bindings-node/pack.js", DIST / "node", addons, folder / BILL, folder / LICENCES)
    for package in (DIST / "node").glob("*.tgz"):
        compress_again(package)


def java(stages, folder):
    """The jar, with its sources and its documentation, by Maven."""
    if not shutil.which("mvn"):
        left_out("the jar", "no mvn")
        return
    natives = folder / "natives"
    for target, stage in stages:
        (natives / target.jna).mkdir(parents=True)
        shutil.copy(stage / "c" / target.shared_library, natives / target.jna)
    add_papers(natives / "META-INF", [target for target, _ in stages], "c")
    package = ROOT / "bindings-java"
    run("mvn", "--batch-mode", "--no-transfer-progress", "--quiet", "-P", "release", "-DskipTests", f"-Dnatives={natives}",
        "clean", "package", cwd=package)
    (DIST / "java").mkdir(parents=True, exist_ok=True)
    for jar in (package / "target").glob(f"{NAME}-{VERSION}*.jar"):
        shutil.copy(jar, DIST / "java")
    shutil.copy(package / "pom.xml", DIST / "java" / f"{NAME}-{VERSION}.pom")


PHP = ("composer.json", "README.md", "README.zh-CN.md", "dingtalk_extcontact_ffi.h", "preload.php", "src")


def php(stages, folder):
    """The folder that Composer installs."""
    package = folder / f"{NAME}-php-{VERSION}"
    sources = ROOT / "bindings-php"
    for file in tracked(sources):
        name = file.relative_to(sources)
        if name.parts[0] in PHP:
            take(file, package / name)
    # Without a version Composer takes no zip; in the clone it would be one more place to renew.
    composer = package / "composer.json"
    described = {**json.loads(composer.read_text()), "version": VERSION}
    composer.write_text(json.dumps(described, indent=4, ensure_ascii=False) + "\n")
    with_natives(stages, package, lambda target: f"native/{target.triple}")
    zip(package, DIST / "php" / f"{package.name}.zip")


def dotnet(stages, folder):
    """What is in a package for NuGet, laid out as that has it."""
    if not shutil.which("mcs"):
        left_out("the package for NuGet", "no mcs")
        return
    package = folder / f"{NAME}-dotnet-{VERSION}"
    natives = [f"{target.rid}={stage / 'c' / target.shared_library}" for target, stage in stages]
    run(ROOT / "bindings-dotnet/layout.sh", package, *natives)
    add_papers(package, [target for target, _ in stages], "c")
    zip(package, DIST / "dotnet" / f"{package.name}.zip")


def go(stages, folder):
    """The module, with the static libraries that cgo links; those for Linux want glibc."""
    package = folder / f"{NAME}-go-{VERSION}"
    built = [(target, stage) for target, stage in stages if target.go]
    archives = []
    for target, stage in built:
        archive = folder / target.go / "libdingtalk_extcontact.a"
        archive.parent.mkdir()
        shutil.copy(stage / "c" / archive.name, archive)
        run(llvm("llvm-strip"), "--strip-debug", archive)
        archives.append(f"{target.go}={archive}")
    run(ROOT / "bindings-go/layout.sh", package, *archives)
    add_papers(package, [target for target, _ in built], "c")
    zip(package, DIST / "go" / f"{package.name}.zip")


def with_natives(stages, package, folder_of):
    for target, stage in stages:
        take(stage / "c" / target.shared_library, package / folder_of(target) / target.shared_library)
    add_papers(package, [target for target, _ in stages], "c")


def take(file, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, to)
