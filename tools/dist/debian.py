"""Packages for Debian and Ubuntu: the library, what is needed to compile against it, the command."""

import gzip
import hashlib
import os
import shutil
import textwrap
import time
from email.utils import formatdate

import c_archive
from packing import mode_of
from project import ABI, DIST, NAME, ROOT, VERSION, epoch, publisher, run
from sbom import BILL, LICENCES, bill, licences
from targets import GLIBC

OUT = DIST / "debian"
REVISION = f"{VERSION}-1"  # the first packing of a version
MAINTAINER = f"{publisher('publisher', 'maintainer')} <{publisher('publisher', 'email')}>"
LIBRARY, DEVELOPMENT = f"lib{NAME}{ABI}", f"lib{NAME}-dev"

LONG = """\
One call ends in one of three ways: the contact is deleted; it is absent, where that is fine; or there is one error
with a kind, the service's codes and request id, and a word on whether the contact may be gone all the same."""


def build(builder):
    target = builder.target
    if not target.debian:
        return
    multiarch = f"{target.machine}-linux-gnu"
    libdir = f"usr/lib/{multiarch}"
    whole = c_archive.install(builder, builder.folder / "debian" / target.triple / "whole/usr", f"lib/{multiarch}").parent

    library = Package(builder, LIBRARY, "c", "libs", "same", "shared library")
    for file in sorted((whole / libdir).glob("*.so.*")):
        library.take(whole, file)
    library.control("shlibs", f"libdingtalk_extcontact {ABI} {LIBRARY} (>= {REVISION})\n")
    library.control("triggers", "activate-noawait ldconfig\n")
    library.pack(f"libc6 (>= {GLIBC})")

    development = Package(builder, DEVELOPMENT, "c", "libdevel", "same", "development files")
    for file in sorted((whole / "usr/include").rglob("*")):
        development.take(whole, file)
    for file in sorted((whole / libdir).rglob("*")):
        if ".so." not in file.name and not file.is_dir():
            development.take(whole, file)
    shutil.copytree(whole / "usr/share/doc/dingtalk_extcontact/examples", development.doc / "examples")
    development.pack(f"{LIBRARY} (= {REVISION})")

    command = Package(builder, NAME, "cli", "net", "foreign", "command")
    command.add("usr/bin/dingtalk-extcontact", (builder.stage / "command" / target.program).read_bytes(), 0o755)
    command.add(f"usr/share/man/man1/{NAME}.1.gz", compressed((ROOT / f"packaging/{NAME}.1").read_bytes()))
    command.pack(f"libc6 (>= {GLIBC})")


class Package:
    def __init__(self, builder, name, package, section, multiarch, what):
        self.name, self.section, self.multiarch, self.what = name, section, multiarch, what
        self.target = builder.target
        self.folder = builder.folder / "debian" / self.target.triple / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.doc = self.folder / "usr/share/doc" / name
        self.files = {}
        doc = f"usr/share/doc/{name}"
        self.add(f"{doc}/copyright", copyright_file())
        self.add(f"{doc}/changelog.gz", compressed((ROOT / "CHANGELOG.md").read_bytes()))
        self.add(f"{doc}/changelog.Debian.gz", compressed(debian_changelog()))
        self.add(f"{doc}/{LICENCES}.gz", compressed(licences([self.target], package)))
        self.add(f"{doc}/{BILL}", bill([self.target], package))

    def add(self, name, content, mode=0o644):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)

    def take(self, whole, file):
        to = self.folder / file.relative_to(whole)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, to, follow_symlinks=False)
        if not to.is_symlink():
            to.chmod(0o644)  # Debian's libraries are not executable.

    def control(self, name, text):
        self.add(f"DEBIAN/{name}", text.encode())

    def pack(self, depends):
        self.add(f"usr/share/lintian/overrides/{self.name}", f"{self.name}: {OVERRIDE}\n".encode())
        files = [path for path in sorted(self.folder.rglob("*")) if path.is_file() and "DEBIAN" not in path.parts]
        self.control("md5sums", "".join(
            f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(self.folder)}\n"
            for path in files if not path.is_symlink()))
        size = sum(path.stat().st_size for path in files if not path.is_symlink()) // 1024 + 1
        description = textwrap.indent(textwrap.fill(LONG, 76), " ")
        self.control("control", textwrap.dedent(f"""\
            Package: {self.name}
            Source: {NAME}
            Version: {REVISION}
            Architecture: {self.target.debian}
            Multi-Arch: {self.multiarch}
            Maintainer: {MAINTAINER}
            Section: {self.section}
            Priority: optional
            Homepage: {publisher("publisher", "repository")}
            Installed-Size: {size}
            Depends: {depends}
            Description: deletes external contacts of a DingTalk organisation ({self.what})
            """) + f"{description}\n")
        for path in self.folder.rglob("*"):
            if not path.is_symlink() and path.is_dir():
                path.chmod(mode_of(path))
        OUT.mkdir(parents=True, exist_ok=True)
        run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", self.folder, OUT,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())})


# What lintian finds, and stays: no bug of Debian's own asks for a package that is not in its archive.
OVERRIDE = "initial-upload-closes-no-bugs"


def compressed(content):
    return gzip.compress(content, compresslevel=9, mtime=0)


def debian_changelog():
    return f"""\
{NAME} ({REVISION}) unstable; urgency=medium

  * What a user notices of each version is in changelog.gz.

 -- {MAINTAINER}  {formatdate(epoch())}
""".encode()


def copyright_file():
    """In Debian's form. The texts of others are beside it."""
    text = (ROOT / "LICENSE-MIT").read_text().strip()
    indented = "\n".join(f" {line}" if line.strip() else " ." for line in text.splitlines())
    return f"""\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {NAME}
Source: {publisher("publisher", "repository")}
Comment: What the binaries are linked with, and its licences, is in {LICENCES}.gz and {BILL}.

Files: *
Copyright: {time.gmtime(epoch()).tm_year} the developers of {NAME}
License: Expat or Apache-2.0

License: Expat
{indented}

License: Apache-2.0
 On Debian systems, the text of this licence is in /usr/share/common-licenses/Apache-2.0.
""".encode()

