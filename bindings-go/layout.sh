#!/bin/sh
# Lays out the module as it is handed out, with the C library in it, so that nobody who uses it
# needs pkg-config or a shared library: layout.sh FOLDER GOOS_GOARCH=ARCHIVE..., such as
# linux_amd64=libdingtalk_extcontact.a. Archives are taken as they are: strip them before.
set -eu

to=${1:?name the folder of the module}
shift
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$to/lib"
for file in "$here"/*.go; do
    case $file in
        *_test.go | */link_*) ;;
        *) cp "$file" "$to/" ;;
    esac
done
# Here without its constraint, and the only one.
sed '/^\/\/go:build/d' "$here/link_bundled.go" | sed '/./,$!d' >"$to/link_bundled.go"
cp "$here/go.mod" "$here"/README*.md "$here"/../LICENSE-* "$to/"
cp "$here/../include/dingtalk_extcontact.h" "$to/lib/"
for one; do
    mkdir -p "$to/lib/${one%%=*}"
    cp "${one#*=}" "$to/lib/${one%%=*}/libdingtalk_extcontact.a"
done
