"""Whether a build depends on the sources alone: the same commit again, in a folder of another name."""

import os
import pathlib
import subprocess
import sys
import tempfile

import sums
from project import DIST, ROOT, run


def compare(targets, quick):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "another-folder-with-a-longer-name"
        run("git", "clone", "--quiet", ROOT, copy)
        if subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=ROOT, check=False).returncode:
            sys.exit("commit first: what is compared is a commit")
        environment = {name: value for name, value in os.environ.items() if name != "CARGO_TARGET_DIR"}
        run(sys.executable, copy / "tools/dist", "build", *(target.triple for target in targets),
            *(["--quick"] if quick else []), cwd=copy, env=environment)
        first, second = sums.of(DIST), sums.of(copy / "dist")
    both = first.keys() & second.keys()
    differ = sorted(name for name in both if first[name] != second[name])
    if differ or not both:
        sys.exit("\n".join(["these differ:", *differ]) if differ else "no package is in both")
    print(f"{len(both)} packages have the same bytes in both")
