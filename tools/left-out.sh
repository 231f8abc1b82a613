#!/bin/sh
# A test that cannot run here: left-out.sh WHAT BECAUSE. With DTX_REQUIRE_ALL that is a failure;
# else it goes into the table that `make test` ends with: left-out.sh alone prints it.
# DTX_LEFT_OUT names the file in between.
set -eu

if [ $# -eq 2 ]; then
    echo "left out: $1: $2"
    [ -z "${DTX_REQUIRE_ALL:-}" ] || { echo "and nothing may be left out here" >&2; exit 1; }
    [ -z "${DTX_LEFT_OUT:-}" ] || printf '%s\t%s\n' "$1" "$2" >>"$DTX_LEFT_OUT"
elif [ -s "$DTX_LEFT_OUT" ]; then
    printf '\nAll tests passed. Left out, because:\n'
    sort -u "$DTX_LEFT_OUT" | awk -F '\t' '{ printf "  %-40s %s\n", $1, $2 }'
else
    printf '\nAll tests passed. Nothing was left out.\n'
fi
