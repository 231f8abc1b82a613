"""SHA-256 of everything in dist/, and whether another build has the same bytes."""

import hashlib

from project import DIST

SUMS = DIST / "SHA256SUMS"


def of(folder):
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.name != SUMS.name}


def write():
    SUMS.write_text("".join(f"{digest}  {name}\n" for name, digest in of(DIST).items()))
