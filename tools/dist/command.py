"""The command: one file that needs nothing of the system."""

import shutil

from packing import add_papers, tar, zip
from project import DIST, NAME, ROOT, VERSION

OUT = DIST / "command"


def build(builder):
    target = builder.target
    if not target.command:
        return
    name = f"{NAME}-{VERSION}-{target.triple}"
    folder = builder.folder / "command" / name
    shutil.rmtree(folder, ignore_errors=True)
    add_papers(folder, [target], "cli")
    shutil.copy(builder.stage / "command" / target.program, folder)
    for readme in ("README.md", "README.zh-CN.md"):
        shutil.copy(ROOT / readme, folder)
    (folder / target.program).chmod(0o755)
    if target.system == "windows":
        zip(folder, OUT / f"{name}.zip")
    else:
        tar(folder, OUT / f"{name}.tar.gz")
