#!/bin/sh
# Tests of the C library as it is installed: test.sh FOLDER-OF-BUILT-FILES, where
# dingtalk-extcontact-judge is, too. Needs gcc, g++ and make. What pkg-config, cmake,
# python3 and valgrind would try is left out where they are not there.
set -eu

built=$(cd "${1:?name the folder of the built files}" && pwd)
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "c: $*"; }
here() { command -v "$1" >/dev/null; }
left_out() { ../tools/left-out.sh "c: $1" "$2"; }

DESTDIR=$work PREFIX=/usr ./install.sh "$built"
lib=$work/usr/lib
export PKG_CONFIG_PATH="$lib/pkgconfig" LD_LIBRARY_PATH="$lib"
strict="-Wall -Wextra -Werror -pedantic -g"
# The flags as the installed file has them, with the names in it filled in.
flags() {
    pcfiledir=$lib/pkgconfig
    eval "$(grep '^[a-z]*=' "$pcfiledir/$1.pc")"
    eval "echo $(sed -n 's/^Cflags: //p; s/^Libs: //p' "$pcfiledir/$1.pc" | tr '\n' ' ')"
}
shared="$(flags dingtalk_extcontact) -lpthread"
static="$(flags dingtalk_extcontact-static)"
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
# "Possibly lost" is how a Rust Arc looks, which points into the middle of its block. What a
# forked child has of the parent's other threads, it can never free. A thread that spins must
# leave the others their turn: unfair, it can hold them off until a call times out.
valgrind="valgrind -q --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite
    --child-silent-after-fork=yes --fair-sched=yes --error-exitcode=9"
judge=$built/dingtalk-extcontact-judge

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
echo '#include "dingtalk_extcontact.hpp"' >>"$work/header.cpp"
for standard in c++11 c++14 c++17 c++20 c++23; do
    g++ -std=$standard $strict -I"$work/usr/include" -fsyntax-only "$work/header.cpp" tests/layer.cpp
done

say "the C++ header: without and with the sanitizers"
g++ -std=c++11 $strict tests/layer.cpp -o "$work/layer" $shared
g++ -std=c++23 $strict $sanitize tests/layer.cpp -o "$work/layer-sanitized" $shared
gcc -std=c99 $strict tests/api.c -o "$work/api" $shared
"$work/api" run "$work/layer && $work/layer-sanitized"
if here valgrind; then
    "$work/api" run "$(echo $valgrind) $work/layer"
else
    left_out "the C++ header watched by valgrind" "no valgrind"
fi

say "what is installed beside the headers"
doc=$work/usr/share/doc/dingtalk_extcontact
test -s "$doc/LICENSE-MIT" && test -s "$doc/LICENSE-APACHE"
gcc -std=c99 $strict "$doc/examples/c/delete.c" -o "$work/installed-c" $shared
g++ -std=c++11 $strict "$doc/examples/cpp/delete.cpp" -o "$work/installed-cpp" $shared
for program in installed-c installed-cpp; do
    "$work/api" run "$work/$program 1" | grep '^deleted: 1 '
done

say "what PHP reads of the header"
if here php && php -r 'exit(extension_loaded("FFI") ? 0 : 1);'; then
    cat >"$work/ffi.php" <<'END'
<?php
foreach ([FFI::load($argv[1]), FFI::scope('DINGTALK_EXTCONTACT')] as $library) {
    if ($library->dtx_version() !== $argv[2] || $library->DTX_INTERNAL !== 50) {
        exit(1);
    }
}
END
    version=$(sed -n 's/^#define DTX_VERSION "\(.*\)"$/\1/p' "$work/usr/include/dingtalk_extcontact.h")
    declarations=$work/usr/include/dingtalk_extcontact_ffi.h
    php -d ffi.enable=1 -d ffi.preload="$declarations" "$work/ffi.php" "$declarations" "$version"
else
    left_out "what PHP reads of the header" "no php with FFI"
fi

say "own tests: shared"
"$work/api"
if here python3; then
    say "every function with every choice of NULLs"
    python3 tests/nulls.py "$lib/libdingtalk_extcontact.so"
else
    left_out "every function with every choice of NULLs" "no python3"
fi
say "the programs of the README"
awk -v work="$work" '/^```$/ { out = "" } out { print >out }
    /^```c$/ { out = work "/readme" ++n ".c" }' README.md
gcc -std=c99 $strict "$work/readme1.c" -o "$work/readme1" $shared
gcc -std=c99 $strict "$work/readme2.c" -o "$work/readme2" $shared
awk '/^```$/ { on = 0 } on { print } /^```cpp$/ { on = 1 }' README.md >"$work/readme3.cpp"
g++ -std=c++11 $strict "$work/readme3.cpp" -o "$work/readme3" $shared
for program in readme1 readme2; do
    env -u DINGTALK_ACCESS_TOKEN -u DINGTALK_APP_KEY -u DINGTALK_APP_SECRET "$work/$program" \
        2>"$work/err" && { say "it should have failed"; exit 1; }
    grep '^invalid_argument: no credentials' "$work/err"
done
cd "$work" # where their journal goes
./api run "./readme1" | grep '^deleted$'
(mkdir -p cpp && cd cpp && ../api run "../readme3 1 2" 2>&1 | grep '^{"deleted":2,')
# One server, as the journal is for one endpoint: a run, another one, an id that is no text.
./api run "$(here valgrind && echo $valgrind) ./readme2 1 2 gone3 1; echo \$?; ./readme2 2 1; echo \$?
    ./readme2 4 $(printf '\377') 5; echo \$?" >out 2>err
cat out err
test "$(grep '^[0-9]' out | tr '\n' ' ')" = "1 0 1 "
test "$(grep -c '"status":"deleted"' out)" -ge 4 && grep -q '"code":"33012"' out
grep -q '"deleted":2,.*"failed":1,.*"settled_before":0,"repeated":1,"calls":3,' err
grep -q '"deleted":2,.*"settled_before":2,.*"calls":0,' err
grep '^invalid_argument: user_id is not UTF-8' err
grep '"5"' out && { say "called after bad text"; exit 1; }
cd - >/dev/null
say "the examples with an event loop"
gcc -std=c99 $strict ../examples/c/epoll.c -o "$work/epoll" $shared
loops=epoll
if echo '#include <uv.h>' | gcc -E - >/dev/null 2>&1; then
    gcc -std=gnu99 $strict ../examples/c/libuv.c -o "$work/libuv" $shared -luv
    loops="epoll libuv"
else
    left_out "the example with libuv" "no libuv1-dev"
fi
# Sends Ctrl-C to a program once it heeds it: the second bit of the masks is SIGINT's. Before that
# the process is the shell's, which blocks signals for a moment.
cat >"$work/interrupt" <<'END'
"$@" &
heeds() { grep -qE '^Sig(Blk|Cgt):.*[2367abef]$' /proc/$!/status; }
until [ "$(readlink /proc/$!/exe)" = "$1" ] && heeds; do kill -0 $! || exit 9; done
kill -INT $!; wait $!
END
for program in $loops; do
    "$work/api" run "$work/$program 1 gone2 3" >"$work/out" 2>"$work/err" && exit 1
    test "$(sort "$work/out" | tr '\n' ' ')" = "deleted: 1 deleted: 3 "
    grep '^failed: gone2: ' "$work/err"
    "$work/api" run "sh $work/interrupt $work/$program hang" 2>"$work/err" && exit 1
    grep '^failed: hang: .*cancelled' "$work/err"
    "$work/api" run "$work/$program"
done
say "own tests: static, with no shared library in reach"
gcc -std=c99 $strict tests/api.c -o "$work/api-static" $static
LD_LIBRARY_PATH='' "$work/api-static"
if here pkg-config; then
    say "own tests: pkg-config, shared and static"
    for kind in dingtalk_extcontact dingtalk_extcontact-static; do
        gcc -std=c99 $strict tests/api.c -o "$work/api-pkg" $(pkg-config --cflags --libs $kind) -lpthread
        "$work/api-pkg"
    done
else
    left_out "what pkg-config says of the library" "no pkg-config"
fi
if here cmake; then
    say "own tests: CMake, shared and static"
    cmake -S tests/cmake -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/usr" >"$work/cmake.log" ||
        { cat "$work/cmake.log"; exit 1; }
    cmake --build "$work/cmake" >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
    LD_LIBRARY_PATH='' "$work/cmake/api-dingtalk_extcontact"
    LD_LIBRARY_PATH='' "$work/cmake/api-static"
else
    left_out "what CMake finds of the library" "no cmake"
fi
say "own tests: address and undefined behaviour sanitizers"
gcc -std=c99 $strict $sanitize tests/api.c -o "$work/api-sanitized" $shared
"$work/api-sanitized"
if here valgrind; then
    say "own tests: valgrind"
    $valgrind "$work/api"
else
    left_out "memory watched by valgrind" "no valgrind"
fi
say "dlopen"
gcc -std=c99 $strict tests/dlopen.c -o "$work/dlopen" -I"$work/usr/include" -ldl
LD_LIBRARY_PATH='' "$work/dlopen" "$lib/libdingtalk_extcontact.so"

say "conformance"
g++ -std=c++11 $strict tests/conformance.cpp -o "$work/conformance" $shared
"$work/conformance" "$judge"
say "conformance: address and undefined behaviour sanitizers"
g++ -std=c++11 $strict $sanitize tests/conformance.cpp -o "$work/conformance-sanitized" $shared
"$work/conformance-sanitized" "$judge"
if here valgrind; then
    say "conformance: valgrind, where cases with short time limits may need another try"
    $valgrind "$work/conformance" "$judge" 4 5
fi
