#!/usr/bin/env bash
# Builds every example and tries it against a sandbox.
#
#   examples/run.sh FOLDER
#
# FOLDER has what cargo built: libdingtalk_extcontact.so, the Rust example `delete`, and the
# program dingtalk-extcontact, whose sandbox is used. A language whose tools are missing is
# left out; nothing is installed.
#
#   DTX_DEMO=1         only shows the same deletion from each language, one line each
#   DTX_REQUIRE_ALL=1  what is missing is a failure
#   DTX_UNDER=...      what runs the C and C++ examples, such as "valgrind -q --error-exitcode=99"
#   PYTHON=...         instead of python3: one that has the package dingtalk-extcontact
#   JNA_JAR=...        instead of /usr/share/java/jna.jar
set -euo pipefail

if (($# != 1)); then
  echo "usage: $0 FOLDER" >&2
  exit 2
fi
built=$(realpath "$1")
library=$built/libdingtalk_extcontact.so
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
include=$(realpath "$here/../include")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The Java programs print what is not ASCII as the locale says.
export LC_ALL=C.UTF-8 LD_LIBRARY_PATH=$work/lib
mkdir "$work/lib"
ln -s "$library" "$work/lib/"

# One function for each language: builds it and sets `program`, the words that run it. Or sets
# `missing`, by way of `needs`.

needs() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || { missing="no $tool"; return 1; }
  done
}

# A program that is linked looks for the library under its SONAME; cargo makes no such file.
link_soname() {
  local soname
  soname=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p') &&
    ln -sf "$library" "$work/lib/${soname:-libdingtalk_extcontact.so}"
}

build_rust() {
  program=("$built/delete")
}

build_python() {
  local python=${PYTHON:-python3}
  needs "$python" || return
  "$python" -c 'import dingtalk_extcontact' ||
    { missing="no dingtalk_extcontact in $python"; return 1; }
  program=("$python" "$here/python/delete.py")
}

# Node looks for packages beside the program, so it is run where one is.
build_node() {
  local package=$here/../bindings-node
  needs node || return
  node -e 'require(process.argv[1])' "$package" ||
    { missing="bindings-node is not built"; return 1; }
  mkdir -p "$work/node/node_modules" &&
    ln -s "$(realpath "$package")" "$work/node/node_modules/dingtalk-extcontact" &&
    cp "$here/node/delete.mjs" "$work/node/" &&
    program=(node "$work/node/delete.mjs")
}

build_c() {
  needs cc && link_soname &&
    cc -std=c99 -Wall -Wextra -Werror -pedantic -I"$include" "$here/c/delete.c" \
      -o "$work/c" -L"$work/lib" -ldingtalk_extcontact &&
    program=(${DTX_UNDER:-} "$work/c")
}

build_cpp() {
  needs c++ && link_soname &&
    c++ -std=c++11 -Wall -Wextra -Werror -pedantic -I"$include" "$here/cpp/delete.cpp" \
      -o "$work/cpp" -L"$work/lib" -ldingtalk_extcontact &&
    program=(${DTX_UNDER:-} "$work/cpp")
}

build_php() {
  needs php || return
  php -r 'exit(extension_loaded("FFI") ? 0 : 1);' || { missing="php without FFI"; return 1; }
  php -r 'exit((int) (PHP_VERSION_ID < 80100));' || { missing="php before 8.1"; return 1; }
  export DINGTALK_EXTCONTACT_LIBRARY=$library
  # Where Composer puts what finds the package's classes.
  mkdir -p "$work/php/vendor" &&
    echo "<?php require '$(realpath "$here/../bindings-php")/tests/autoload.php';" >"$work/php/vendor/autoload.php" &&
    cp "$here/php/delete.php" "$work/php/" &&
    program=(php "$work/php/delete.php")
}

build_csharp() {
  needs mcs mono &&
    mcs -warnaserror -target:library -out:"$work/DingTalk.ExtContact.dll" \
      "$here"/../bindings-dotnet/src/*.cs "$here"/../bindings-dotnet/src/Generated/*.cs &&
    mcs -warnaserror -r:"$work/DingTalk.ExtContact.dll" -out:"$work/Delete.exe" "$here/csharp/Delete.cs" &&
    program=(mono "$work/Delete.exe")
}

build_java() {
  local jna=${JNA_JAR:-/usr/share/java/jna.jar} jars=("$here"/../bindings-java/target/dingtalk-extcontact-*.jar) jar=
  needs javac java || return
  [[ -f $jna ]] || { missing="no jna.jar"; return 1; }
  for jar in "${jars[@]}"; do [[ $jar =~ [0-9].jar$ ]] && break; done
  [[ -f $jar ]] || { missing="bindings-java is not built"; return 1; }
  javac -Xlint:all -Werror -cp "$jar" -d "$work/java" "$here/java/Delete.java" &&
    program=(java -cp "$jar:$jna:$work/java" Delete)
}

build_go() {
  local minor
  needs go cc || return
  minor=$(go env GOVERSION | sed 's/^go1\.\([0-9]*\).*/\1/')
  ((minor >= 23)) || { missing="needs Go 1.23, this is 1.$minor"; return 1; }
  # Instead of pkg-config, which would name where the library is installed.
  link_soname &&
    (cd "$here/go" && PKG_CONFIG=true CGO_ENABLED=1 CGO_CFLAGS=-I$include \
      CGO_LDFLAGS="-L$work/lib -ldingtalk_extcontact" GOWORK=off go build -o "$work/go" .) &&
    program=("$work/go")
}

# Where a client can be closed beside its calls: builds what tries it and sets `program`.

closing_cpp() {
  c++ -std=c++11 -Wall -Wextra -Werror -pedantic -I"$include" "$here/cpp/closing.cpp" \
    -o "$work/cpp-closing" -L"$work/lib" -ldingtalk_extcontact -lpthread &&
    program=(${DTX_UNDER:-} "$work/cpp-closing")
}

# Starts a sandbox with these faults instead of the one before. It ends with its standard input,
# so with this script, whatever becomes of it.
sandbox() {
  local described
  if [[ -n ${hold:-} ]]; then exec {hold}>&-; fi
  rm -f "$work/described"
  mkfifo "$work/described"
  exec {hold}> >("$built/dingtalk-extcontact" sandbox --until-stdin-closes --faults "$1" \
    >"$work/described" 2>"$work/sandbox.log")
  read -r described <"$work/described" || { cat "$work/sandbox.log"; return 1; }
  field() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" <<<"$described"; }
  endpoint=$(field url) token=$(field access_token)
  app_key=$(field app_key) app_secret=$(field app_secret)
  read -ra ids <<<"$(sed 's/.*"user_ids":\[\([^]]*\)\].*/\1/; s/[",]/ /g' <<<"$described")"
}

# Runs the program with these words before it and ids after it, in an environment of its own:
# outcome STATUS [NAME=VALUE]... -- [ID]...
outcome() {
  local expected=$1 settings=() status=0
  shift
  while [[ $1 != -- ]]; do settings+=("$1"); shift; done
  shift
  # Standard output first, so that both can be looked at as one text.
  env -u DINGTALK_ACCESS_TOKEN -u DINGTALK_APP_KEY -u DINGTALK_APP_SECRET -u DINGTALK_REGION \
    DINGTALK_ENDPOINT="$endpoint" "${settings[@]}" timeout 60 "${program[@]}" "$@" \
    >"$work/said" 2>"$work/complained" {hold}>&- || status=$?
  cat "$work/complained" >>"$work/said"
  cat "$work/said"
  ((status == expected)) || { echo "exit status $status instead of $expected"; return 1; }
}

# Each of these begins a line of what was said, in this order.
lines() {
  local line rest
  rest=$(<"$work/said")
  for line; do
    [[ $'\n'$rest == *$'\n'"$line"* ]] || { echo "not said, or not there: '$line'"; return 1; }
    rest=${rest#*"$line"}
  done
}

try() {
  local app
  sandbox "lost-reply=first=1" &&
    echo "a token; the reply is lost, and the second request finds nobody" &&
    outcome 0 DINGTALK_ACCESS_TOKEN="$token" -- "${ids[0]}" &&
    lines "absent: ${ids[0]} (request id " || return
  app=(DINGTALK_APP_KEY="$app_key" DINGTALK_APP_SECRET="$app_secret")
  echo "an app; one contact is there, and one is not" &&
    outcome 1 "${app[@]}" -- "${ids[1]}" "${ids[0]}" | tee "$work/show" &&
    lines "deleted: ${ids[1]} (request id " "failed: ${ids[0]}" "  kind: invalid_user_id" \
      "  code: 33012" "  message: contact ${ids[0]}: " "  advice: Check the id" \
      "  request id: " "  may be gone: no" &&
    echo "an id that is none" &&
    outcome 2 "${app[@]}" -- " ${ids[2]}" &&
    lines "failed:  ${ids[2]}" "  kind: invalid_argument" "  message: " "  advice: " \
      "  may be gone: no" &&
    echo "no secret" &&
    outcome 2 DINGTALK_APP_KEY="$app_key" -- "${ids[2]}" &&
    lines "failed: no client" "  kind: invalid_argument" "  message: " "  advice: Give it along with " &&
    echo "no ids" &&
    outcome 2 "${app[@]}" -- &&
    lines "usage: " &&
    echo "the address is shut out" &&
    sandbox "ip-block=1" &&
    outcome 1 DINGTALK_ACCESS_TOKEN="$token" -- "${ids[0]}" &&
    lines "failed: ${ids[0]}" "  kind: throttled" "  advice: " "  may be gone: no" \
      "  retry after: 300000 ms" &&
    echo "every reply is lost" &&
    sandbox "reset-after=1" &&
    outcome 1 DINGTALK_ACCESS_TOKEN="$token" -- "${ids[0]}" &&
    lines "failed: ${ids[0]}" "  kind: connection" "  advice: " "  may be gone: yes" || return
  declare -F "closing_$name" >/dev/null || return 0
  echo "the client is closed while it is in use" &&
    sandbox "" &&
    "closing_$name" &&
    outcome 0 DINGTALK_ACCESS_TOKEN="$token" -- &&
    lines "refused: "
}

# One deletion, and what the program says of it.
show() {
  outcome 0 DINGTALK_APP_KEY="$app_key" DINGTALK_APP_SECRET="$app_secret" -- "${ids[$passed]}" \
    >"$work/log" && lines "deleted: ${ids[$passed]} (request id " && shown="$(head -n 1 "$work/said")"
}

attempt=try
if [[ -n ${DTX_DEMO:-} ]]; then
  attempt=show
  sandbox "" # one for all of them
fi
passed=0 failed=0 left_out=0 shown=
for name in rust python node c cpp php csharp java go; do
  missing= program=()
  if ! "build_$name" >"$work/log" 2>&1; then
    if [[ -n $missing && -z ${DTX_REQUIRE_ALL:-} ]]; then
      if [[ $attempt == show ]]; then
        printf '%-10s left out: %s\n' "$name" "$missing"
      else
        "$here/../tools/left-out.sh" "examples: $name" "$missing"
      fi
      left_out=$((left_out + 1))
    else
      echo "$name: FAILED: ${missing:-it does not build}"
      sed 's/^/    /' "$work/log"
      failed=$((failed + 1))
    fi
  elif ! $attempt >"$work/log" 2>&1; then
    echo "$name: FAILED"
    sed 's/^/    /' "$work/log"
    failed=$((failed + 1))
  else
    if [[ $attempt == show ]]; then
      printf '%-10s %s\n' "$name" "$shown"
      passed=$((passed + 1))
      continue
    fi
    if [[ -z $shown ]]; then
      echo "One contact is there, and one is not:"
      sed 's/^/    /' "$work/show"
      shown=yes
    fi
    echo "$name: ok"
    passed=$((passed + 1))
  fi
done
echo "$passed passed, $failed failed, $left_out left out"
((failed == 0 && passed > 0))
