"""Makes of the C header what languages need that cannot read it as it is.

    python3 tools/declarations [--check]

With --check nothing is written, and a file that is out of step is an error. A further language is a
module here with `outputs`: of a header, the texts of its files by their paths.
"""

import sys

import cpp
import dotnet
import ffi
import go
import java
import php
from header import HEADER, ROOT, read


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    header = read(HEADER.read_text(encoding="utf-8"))
    for language in ffi, cpp, dotnet, go, java, php:
        for name, made in language.outputs(header).items():
            path = ROOT / name
            if not check:
                path.write_text(made, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != made:
                sys.exit(f"{name} is out of step with {HEADER.name}; `make header` renews it")


if __name__ == "__main__":
    main()
