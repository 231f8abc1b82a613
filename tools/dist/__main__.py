"""Builds what is handed out, up to the upload, into dist/; installs it as a user does, and uses it.

    python tools/dist build [TARGET...]   all that this system can build, or these
    python tools/dist packages            those that are one for all systems, of what lies in target/packages, which
                                          several machines may have built; SHA256SUMS anew
    python tools/dist check               what lies in dist/: see checks.py
    python tools/dist try [TARGET...]     installs and uses it, where neither Rust nor a compiler is
    python tools/dist twice TARGET        builds it again in another folder, and compares the bytes
    python tools/dist sizes               takes the sizes in dist/ as the new bounds

It runs in the Python that has what requirements.txt names; `make dist` and `make dist-test` see to it.
"""

import argparse
import shutil
import sys
import time

import c_archive
import checks
import command
import debian
import stacks
import sums
import trials
import twice
import wheels
from cargo import Builder
from project import DIST
from targets import TARGETS, buildable

# What is packed of what cargo has built for one target.
PRODUCTS = {"wheels": wheels.build, "c": c_archive.build, "debian": debian.build, "command": command.build}


def build(targets, quick):
    shutil.rmtree(DIST, ignore_errors=True)
    builders = [Builder(target, quick) for target in targets]
    wheels.build_sdist()
    for builder in builders:
        start = time.monotonic()
        builder.build()
        for product in PRODUCTS.values():
            product(builder)
        print(f"== {builder.target.triple}: {time.monotonic() - start:.0f} s", flush=True)
    stacks.build(quick)
    sums.write()


def show():
    for path in sorted(DIST.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:12,}  {path.relative_to(DIST)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["build", "packages", "check", "try", "twice", "sizes"])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=" ".join(TARGETS))
    parser.add_argument("--quick", action="store_true", help="built fast, and larger; sizes are not compared")
    options = parser.parse_intermixed_args()
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        sys.exit(f"no target: {' '.join(unknown)}; there are {' '.join(TARGETS)}")
    targets = [TARGETS[name] for name in options.targets] or buildable()
    if options.what == "build":
        build(targets, options.quick)
        show()
    elif options.what == "packages":
        wheels.build_sdist()
        stacks.build(options.quick)
        sums.write()
    elif options.what == "check":
        checks.all_of_it(sized=not options.quick)
    elif options.what == "try":
        trials.all_of_them(targets)
    elif options.what == "twice":
        twice.compare(targets, options.quick)
    else:
        checks.write_sizes()


if __name__ == "__main__":
    main()
