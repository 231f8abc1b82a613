#!/bin/sh
# Tests of the Go module: test.sh FOLDER-OF-BUILT-FILES, where the C library, the command and
# dingtalk-extcontact-judge are. What is missing is said and left out.
set -eu

built=$(cd "${1:?name the folder of the built files}" && pwd)
cd "$(dirname "$0")"
left_out() { ../tools/left-out.sh "go: $1" "$2"; }
here() { command -v "$1" >/dev/null; }

minor=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
if [ "${minor:-0}" -lt 23 ] || ! here cc || ! here pkg-config; then
    left_out "the module and its tests" "no go from 1.23 on, or no C compiler or pkg-config"
    exit
fi

# The library as it is installed; nothing comes from the network.
prefix=$built/go-prefix
PREFIX=$prefix DESTDIR= ../bindings-c/install.sh "$built"
export CGO_ENABLED=1 GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOWORK=off
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib" DTX_BUILT="$built"

test -z "$(gofmt -l .)" || { echo "gofmt would change: $(gofmt -l .)"; exit 1; }
go vet ./...
PATH=$PATH:$(go env GOPATH)/bin
if here staticcheck; then
    staticcheck ./...
else
    left_out "staticcheck" "no staticcheck"
fi
go test -race -count=1 ./...

# As it is handed out, with nothing around it.
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
./layout.sh "$work/module" "$(go env GOOS)_$(go env GOARCH)=$prefix/lib/libdingtalk_extcontact.a"
cp ../examples/go/delete.go "$work/"
module=$(sed -n 's/^module //p' go.mod)
printf 'module example\n\ngo 1.23\n' >"$work/go.mod"
(cd "$work" && go mod edit -replace "$module=./module" && go mod edit -require "$module@v0.0.0")
(cd "$work" && env -u PKG_CONFIG_PATH -u LD_LIBRARY_PATH go build -o delete .)
told=$(env -u LD_LIBRARY_PATH DINGTALK_ACCESS_TOKEN=t "$work/delete" " 1" 2>&1) && exit 1
case $told in
    *invalid_argument*) echo "the module as it is handed out: ok" ;;
    *) echo "$told"; exit 1 ;;
esac
