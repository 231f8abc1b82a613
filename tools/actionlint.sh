#!/bin/sh
# Checks the workflows with actionlint, which Go builds; without Go it says so.
set -eu
cd "$(dirname "$0")/.."
version=v1.7.12

if ! command -v go >/dev/null; then
    exec tools/left-out.sh "workflows by actionlint" "no Go to build it"
fi
tool=${CARGO_TARGET_DIR:-target}/actionlint-$version
if [ ! -x "$tool/actionlint" ]; then
    mkdir -p "$tool"
    GOBIN=$(cd "$tool" && pwd) go install "github.com/rhysd/actionlint/cmd/actionlint@$version"
fi
exec "$tool/actionlint" -color
