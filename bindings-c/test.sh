#!/bin/sh
# Tests of the C library as it is installed: test.sh FOLDER-OF-BUILT-FILES, where
# dingtalk-extcontact-replay is, too. Needs gcc, g++, make, pkg-config, cmake, valgrind and
# nlohmann-json3-dev.
set -eu

built=${1:?name the folder of the built files}
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "c: $*"; }

DESTDIR=$work PREFIX=/usr ./install.sh "$built"
lib=$work/usr/lib
export PKG_CONFIG_PATH="$lib/pkgconfig" LD_LIBRARY_PATH="$lib"
strict="-Wall -Wextra -Werror -pedantic -g"
shared="$(pkg-config --cflags --libs dingtalk_extcontact) -lpthread"
static="$(pkg-config --cflags --libs dingtalk_extcontact-static)"
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
# "Possibly lost" is how a Rust Arc looks, which points into the middle of its block. What a
# forked child has of the parent's other threads, it can never free.
valgrind="valgrind -q --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite
    --child-silent-after-fork=yes --error-exitcode=9"
replay=$built/dingtalk-extcontact-replay

say "exported symbols: only ours, and all of the header"
nm -D --defined-only "$lib/libdingtalk_extcontact.so" | awk '{ print $NF }' | sort >"$work/exported"
grep -o '\bdtx_[a-z0-9_]*(' "$work/usr/include/dingtalk_extcontact.h" | tr -d '(' | sort -u >"$work/named"
sed -i '/^dtx_log_fn$/d' "$work/named"
grep -vxF -f "$work/exported" "$work/named" && { say "not exported"; exit 1; }
grep -v '^dtx_' "$work/exported" && { say "exported without our prefix"; exit 1; }
grep -vxF -f "$work/named" "$work/exported" && { say "exported, but not in the header"; exit 1; }
wc -l <"$work/exported"

say "SONAME is the link that is installed"
soname=$(readelf -d "$lib/libdingtalk_extcontact.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
test -n "$soname" && test -e "$lib/$soname"

say "the header by itself, in C and C++"
echo '#include "dingtalk_extcontact.h"' >"$work/header.c"
cp "$work/header.c" "$work/header.cpp"
for standard in c99 c11 c17; do
    gcc -std=$standard $strict -I"$work/usr/include" -fsyntax-only "$work/header.c"
done
for standard in c++11 c++17 c++20; do
    g++ -std=$standard $strict -I"$work/usr/include" -fsyntax-only "$work/header.cpp"
done

say "the program of the README: without credentials it says so"
sed -n '/^```c$/,/^```$/p' README.md | sed '/^```/d' >"$work/readme.c"
gcc -std=c99 $strict "$work/readme.c" -o "$work/readme" $shared
env -u DINGTALK_ACCESS_TOKEN -u DINGTALK_APP_KEY -u DINGTALK_APP_SECRET "$work/readme" \
    2>"$work/readme.err" && { say "it should have failed"; exit 1; }
grep '^invalid_argument: no credentials' "$work/readme.err"

say "own tests: pkg-config, shared"
gcc -std=c99 $strict tests/api.c -o "$work/api" $shared
"$work/api"
say "own tests: pkg-config, static, with no shared library in reach"
gcc -std=c99 $strict tests/api.c -o "$work/api-static" $static
LD_LIBRARY_PATH='' "$work/api-static"
say "own tests: CMake, shared and static"
cmake -S tests/cmake -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/usr" >"$work/cmake.log" ||
    { cat "$work/cmake.log"; exit 1; }
cmake --build "$work/cmake" >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
LD_LIBRARY_PATH='' "$work/cmake/api-dingtalk_extcontact"
LD_LIBRARY_PATH='' "$work/cmake/api-static"
say "own tests: address and undefined behaviour sanitizers"
gcc -std=c99 $strict $sanitize tests/api.c -o "$work/api-sanitized" $shared
"$work/api-sanitized"
say "own tests: valgrind"
$valgrind "$work/api"
say "dlopen"
gcc -std=c99 $strict tests/dlopen.c -o "$work/dlopen" -I"$work/usr/include" -ldl
LD_LIBRARY_PATH='' "$work/dlopen" "$lib/libdingtalk_extcontact.so"

say "conformance"
g++ -std=c++11 $strict tests/conformance.cpp -o "$work/conformance" $shared
"$work/conformance" "$replay"
say "conformance: address and undefined behaviour sanitizers"
g++ -std=c++11 $strict $sanitize tests/conformance.cpp -o "$work/conformance-sanitized" $shared
"$work/conformance-sanitized" "$replay"
say "conformance: valgrind, where cases with short time limits may need another try"
$valgrind "$work/conformance" "$replay" 4 5
