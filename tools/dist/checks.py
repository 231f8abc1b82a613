"""Looks into every package in dist/ for what must not be in it, and what must be."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import pefile
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from project import DIST, ROOT, VERSION, run, tool
from sbom import BILL, LICENCES
from targets import GLIBC

SIZES = pathlib.Path(__file__).with_name("sizes.json")
SLACK = 0.05
MANY = {"java", "php", "go", "dotnet"}  # one for all systems

# What a system has: glibc in its parts, musl in one, and gcc's library for unwinding nowhere. The
# loader of each machine is a library, too.
GLIBC_LIBRARIES = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1",
                   "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
MUSL_LIBRARIES = {"libc.so"}
# Of Windows itself, from version 10 on.
WINDOWS_LIBRARIES = {"kernel32.dll", "advapi32.dll", "ntdll.dll", "ws2_32.dll", "crypt32.dll", "bcrypt.dll",
                     "bcryptprimitives.dll", "userenv.dll", "dbghelp.dll", "ncrypt.dll", "secur32.dll", "msvcrt.dll", "user32.dll", "ucrtbase.dll",
                     "vcruntime140.dll", "python3.dll"}

# Where no build is: nothing that is handed out may name the folders of one.
FOLDERS = [f"{folder}/".encode() for folder in {ROOT, pathlib.Path.home(), os.environ.get("CARGO_HOME")} if folder]
ARCHIVES = (".whl", ".tar.gz", ".zip", ".jar", ".nupkg", ".tgz", ".deb")


class Failures(list):
    def expect(self, holds, sentence):
        if not holds:
            self.append(sentence)


def packages():
    return [path for path in sorted(DIST.rglob("*")) if path.name.endswith(ARCHIVES)]


def all_of_it(sized):
    failures = Failures()
    found = packages()
    if not found:
        sys.exit("nothing is in dist/: make dist builds it")
    binaries = 0
    for package in found:
        with tempfile.TemporaryDirectory() as folder:
            unpack(package, pathlib.Path(folder))
            files = [path for path in pathlib.Path(folder).rglob("*") if path.is_file() and not path.is_symlink()]
            binaries += sum(binary(path, package, failures) for path in files)
            papers(files, package, failures)
    wheels(failures)
    if sized:
        sizes(found, failures)
    if failures:
        sys.exit("\n".join(["", *failures]))
    print(f"{len(found)} packages with {binaries} binaries: as they should be")


def unpack(package, folder):
    if package.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    elif package.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(package) as archive:
            archive.extractall(folder, filter="data")
    else:
        with zipfile.ZipFile(package) as archive:
            archive.extractall(folder)


def binary(path, package, failures):
    """Checks a file if it is one for a machine, and says whether it is."""
    name = f"{package.name}: {path.name}"
    with path.open("rb") as file:
        start = file.read(8)
        if start[:4] == b"\x7fELF":
            elf(ELFFile(file), name, "command" in package.parts, failures)
        elif start[:2] == b"MZ":
            needed = {entry.dll.decode().lower() for entry in pefile.PE(str(path)).DIRECTORY_ENTRY_IMPORT}
            if needed == {"mscoree.dll"}:
                return False  # An assembly of .NET, for every machine.
            needed = {dll for dll in needed if not dll.startswith("api-ms-win-")}
            failures.expect(needed <= WINDOWS_LIBRARIES, f"{name} needs {sorted(needed - WINDOWS_LIBRARIES)}")
        elif start != b"!<arch>\n":
            return False
    content = path.read_bytes()
    for folder in FOLDERS:
        at = content.find(folder)
        failures.expect(at < 0, f"{name} names a folder of this machine: {content[at:at + 100]!r}")
    return True


def elf(file, name, static, failures):
    needed, versions = set(), set()
    for section in file.iter_sections():
        if isinstance(section, DynamicSection):
            needed |= {tag.needed for tag in section.iter_tags() if tag.entry.d_tag == "DT_NEEDED"}
        if isinstance(section, GNUVerNeedSection):
            versions |= {version.name for _, entries in section.iter_versions() for version in entries}
    if static:
        interpreter = any(segment.header.p_type == "PT_INTERP" for segment in file.iter_segments())
        failures.expect(not needed and not interpreter, f"{name} is not static: it needs {sorted(needed)}")
        return
    served = GLIBC_LIBRARIES if versions else MUSL_LIBRARIES
    failures.expect(needed <= served, f"{name} needs {sorted(needed - served)}")
    newer = [version for version in versions if number(version) > number(GLIBC)]
    failures.expect(not newer, f"{name} needs {sorted(newer)}: {GLIBC} is the floor")


def number(version):
    """2.17 of GLIBC_2.17; what is no number is newer than all."""
    match = re.fullmatch(r"(?:GLIBC_)?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, match[1].split("."))) if match else (999,)


def papers(files, package, failures):
    """Licences are in every package, and a bill of materials where there is a binary."""
    if package.name.endswith(("-sources.jar", "-javadoc.jar")):
        return
    names = {path.name.removesuffix(".gz") for path in files}
    if package.suffix == ".deb":
        failures.expect("copyright" in names, f"{package.name} has no file of its licences")
    else:
        failures.expect({"LICENSE-MIT", "LICENSE-APACHE"} <= names, f"{package.name} lacks its licences")
    bills = [path for path in files if path.name == BILL]
    if any(is_binary(path) for path in files):
        failures.expect(bills, f"{package.name} has no bill of materials")
        failures.expect(LICENCES in names, f"{package.name} lacks the licences of what is linked in")
    for path in bills:
        error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(path.read_text())
        failures.expect(error is None, f"{package.name}: {path.name} is no CycloneDX: {error}")


def is_binary(path):
    with path.open("rb") as file:
        start = file.read(4)
    return start == b"\x7fELF" or start[:2] == b"MZ"


def wheels(failures):
    folder = DIST / "python"
    found = sorted(map(str, folder.glob("*.whl")))
    if not found:
        return
    run(tool("twine"), "check", "--strict", *found, *map(str, folder.glob("*.tar.gz")))
    run(tool("check-wheel-contents"), "--no-config", *found)
    for wheel in found:
        if "abi3" in wheel:
            run(tool("abi3audit"), "--strict", wheel)
        # Not for musl: auditwheel would take glibc's libc.so, a text, for musl's. What that policy asks
        # for, nothing but libc.so, is looked at above.
        if "manylinux" in wheel:
            shown = subprocess.run([tool("auditwheel"), "show", wheel], capture_output=True, text=True)
            tags = pathlib.Path(wheel).stem.rpartition("-")[2].split(".")
            says = " ".join(shown.stdout.split())
            fits = shown.returncode == 0 and any(f'following platform tag: "{tag}"' in says for tag in tags)
            failures.expect(fits, f"auditwheel says of {wheel}: {says} {shown.stderr}")


def sizes(found, failures):
    """Bytes against stored bounds: one for each kind of package, whatever machine it is for.

    What is one for all systems has none: it has as many native parts as were built.
    """
    bounds = json.loads(SIZES.read_text())
    for package in found:
        size, bound = package.stat().st_size, bounds.get(kind(package))
        if bound is None and package.parent.name not in MANY:
            print(f"{package.name} has {size:,} bytes, and no bound is stored for its kind")
        elif bound is not None:
            more = size / bound - 1
            failures.expect(more <= SLACK, f"{package.name} has {size:,} bytes: {more:.1%} over its bound of {bound:,}")


def kind(package):
    name = package.name.replace(VERSION, "VERSION")
    return re.sub("x86_64|aarch64|x64|arm64|amd64", "MACHINE", re.sub("gnu|musl", "LIBC", name))


def write_sizes():
    bounds = json.loads(SIZES.read_text()) if SIZES.exists() else {}
    # Of each kind the largest, which comes last.
    bounds.update(sorted((kind(package), package.stat().st_size) for package in packages()
                         if package.parent.name not in MANY))
    SIZES.write_text(json.dumps(dict(sorted(bounds.items())), indent=2) + "\n")
