"""Archives whose bytes depend on what is in them alone."""

import gzip
import io
import tarfile
import zipfile
from datetime import UTC, datetime

import deflate
from project import ROOT, epoch
from sbom import BILL, LICENCES, bill, licences

LEVEL = 12  # libdeflate's best: three per cent less than zlib's, as quickly


def add_papers(folder, targets, package):
    """Licences and bill of materials, which are in everything that is handed out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("LICENSE-APACHE", "LICENSE-MIT"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / LICENCES).write_bytes(licences(targets, package))
    (folder / BILL).write_bytes(bill(targets, package))


def mode_of(path):
    return 0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644


def tar(folder, to):
    """`folder` as a .tar.gz, below its own name."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in (folder, *sorted(folder.rglob("*"))):
            entry = archive.gettarinfo(path, path.relative_to(folder.parent))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = epoch()
            entry.mode = 0o777 if path.is_symlink() else mode_of(path)
            if entry.isfile():
                with path.open("rb") as file:
                    archive.addfile(entry, file)
            else:
                archive.addfile(entry)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(deflate.gzip_compress(content.getvalue(), LEVEL))
    return to


def zip(folder, to, below=None):
    """`folder` as a .zip; its names begin with those below `below`."""
    to.parent.mkdir(parents=True, exist_ok=True)
    date = datetime.fromtimestamp(epoch(), UTC).timetuple()[:6]
    with zipfile.ZipFile(to, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(below or folder.parent).as_posix(), date)
                entry.external_attr = (0o100000 | mode_of(path)) << 16
                put(archive, entry, path.read_bytes())
    return to


def put(archive, entry, content):
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w") as file:
        file._compressor = Deflate()
        file.write(content)


class Deflate:
    """libdeflate as zipfile uses a compressor of zlib."""

    def __init__(self):
        self.content = b""

    def compress(self, content):
        self.content += content
        return b""

    def flush(self):
        return deflate.deflate_compress(self.content, LEVEL)


def compress_again(package):
    """What another tool has packed; all that it says of its files stays."""
    packed = package.read_bytes()
    if package.suffix == ".tgz":
        package.write_bytes(deflate.gzip_compress(gzip.decompress(packed), LEVEL))
        return
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(package, "w") as new:
        for entry in old.infolist():
            put(new, entry, old.read(entry))
