#!/bin/sh
# Installs what cargo has built, with PREFIX (/usr/local) and DESTDIR (empty) as everywhere:
#   install.sh FOLDER    the folder that cargo built the shared and the static library in
# For Linux, macOS or Windows, as the shared library in FOLDER is. LIBDIR is where libraries go,
# below PREFIX (lib), STRIP a strip that knows them (strip). pkg-config and CMake find their files
# from where they lie, so a staged tree can be used, and moved, as it is.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
built=${1:?name the folder of the built libraries}
header=$here/../include/dingtalk_extcontact.h
libdir=${LIBDIR:-lib}
to=${DESTDIR:-}${PREFIX:-/usr/local}
lib=$to/$libdir
doc=$to/share/doc/dingtalk_extcontact
name=dingtalk_extcontact

version=$(sed -n 's/^#define DTX_VERSION "\(.*\)"$/\1/p' "$header")
case $version in
    0.*) abi=${version%.*} ;; # as in build.rs
    *) abi=${version%%.*} ;;
esac
# From a folder in LIBDIR up to PREFIX.
up=$(echo "$libdir" | sed 's|[^/]*|..|g')/..

mkdir -p "$to/include" "$lib/pkgconfig" "$lib/cmake/$name" "$doc"
install -m 644 "$header" "${header}pp" "${header%.h}_generated.hpp" "${header%.h}_ffi.h" "$to/include/"
for folder in c cpp php; do
    install -d "$doc/examples/$folder"
    install -m 644 "$here/../examples/$folder"/* "$doc/examples/$folder/"
done
install -m 644 "$here"/../LICENSE-* "$doc/"

# What a program that has the static library in it links, too: rustc --print native-static-libs.
private="-lpthread -ldl -lm -lrt -lutil"
if [ -e "$built/lib$name.so" ]; then
    install -m 755 "$built/lib$name.so" "$lib/lib$name.so.$version"
    ln -sf "lib$name.so.$version" "$lib/lib$name.so.$abi"
    ln -sf "lib$name.so.$abi" "$lib/lib$name.so"
elif [ -e "$built/lib$name.dylib" ]; then
    private="-framework Security -framework CoreFoundation -liconv -lSystem -lc -lm"
    install -m 755 "$built/lib$name.dylib" "$lib/"
else
    private="-lws2_32 -lcrypt32 -lncrypt -lsecur32 -ladvapi32 -luserenv -lbcrypt -lntdll -lkernel32 -ldbghelp"
    install -d "$to/bin"
    install -m 755 "$built/$name.dll" "$to/bin/"
    for file in "$built/lib$name.dll.a" "$built/$name.dll.lib" "$built/$name.lib"; do
        if [ -e "$file" ]; then install -m 644 "$file" "$lib/"; fi
    done
fi
if [ -e "$built/lib$name.a" ]; then
    install -m 644 "$built/lib$name.a" "$lib/"
    # Debugging information alone: nothing could be linked with an archive that has no symbols.
    if command -v "${STRIP:-strip}" >/dev/null; then "${STRIP:-strip}" -S "$lib/lib$name.a"; fi
fi

filled() { # TEMPLATE FOLDER
    cmake=$(echo "$private" | sed 's/-framework \([A-Za-z]*\)/-framework@\1/g; s/-l//g; s/ /;/g; s/@/ /g')
    sed "s/@VERSION@/$version/g; s/@ABI@/$abi/g; s|@UP@|$up|g; s/@PRIVATE@/$private/; s/@PRIVATE_LIST@/$cmake/" \
        "$1" >"$2/$(basename "$1" .in)"
}
for file in "$here"/install/*.pc.in; do filled "$file" "$lib/pkgconfig"; done
for file in "$here"/install/*.cmake.in; do filled "$file" "$lib/cmake/$name"; done
