#!/bin/sh
# Says in a sentence what is missing of these: needs.sh TOOL...
missing=0
miss() { echo "missing: $*" >&2; missing=1; }
here() { command -v "$1" >/dev/null; }

for tool; do
    case $tool in
        cargo) here cargo || miss "cargo, the builder of Rust programs: install rustup, from https://rustup.rs" ;;
        rustup) here rustup || miss "rustup, which adds other systems to Rust: from https://rustup.rs" ;;
        cc) here cc || miss "cc, a C compiler: install gcc (on Debian and Ubuntu: apt install gcc libc6-dev)" ;;
        c++) here c++ || miss "c++, a C++ compiler: install g++ (on Debian and Ubuntu: apt install g++)" ;;
        python3)
            python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null ||
                miss "python3, from 3.9 on: install Python" ;;
        venv)
            python3 -c 'import ensurepip, venv' 2>/dev/null ||
                miss "venv of Python: on Debian and Ubuntu it is apt install python3-venv" ;;
        node)
            node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null ||
                miss "node, from 20 on: install it from https://nodejs.org" ;;
        npm) here npm || miss "npm, the package manager of Node: it comes with Node from https://nodejs.org" ;;
        *) here "$tool" || miss "$tool" ;;
    esac
done
exit "$missing"
