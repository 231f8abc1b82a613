#!/bin/sh
# Installs what cargo has built, with PREFIX (/usr/local) and DESTDIR (empty) as everywhere:
#   install.sh FOLDER    the folder that cargo built libdingtalk_extcontact.so and .a in
# pkg-config and CMake find their files from where they lie, so a staged tree can be used, and
# moved, as it is.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
built=${1:?name the folder of the built libraries}
header=$here/../include/dingtalk_extcontact.h
to=${DESTDIR:-}${PREFIX:-/usr/local}
name=libdingtalk_extcontact

version=$(sed -n 's/^#define DTX_VERSION "\(.*\)"$/\1/p' "$header")
case $version in
    0.*) abi=${version%.*} ;; # as in build.rs
    *) abi=${version%%.*} ;;
esac

mkdir -p "$to/include" "$to/lib/pkgconfig" "$to/lib/cmake/dingtalk_extcontact"
install -m 644 "$header" "${header}pp" "${header%.h}_ffi.h" "$to/include/"
for folder in c cpp php; do
    install -d "$to/share/doc/dingtalk_extcontact/examples/$folder"
    install -m 644 "$here/../examples/$folder"/* "$to/share/doc/dingtalk_extcontact/examples/$folder/"
done
install -m 644 "$here"/../LICENSE-* "$to/share/doc/dingtalk_extcontact/"
install -m 644 "$built/$name.a" "$to/lib/"
# Debugging information alone: nothing could be linked with an archive that has no symbols.
if command -v strip >/dev/null; then strip -S "$to/lib/$name.a"; fi
install -m 755 "$built/$name.so" "$to/lib/$name.so.$version"
ln -sf "$name.so.$version" "$to/lib/$name.so.$abi"
ln -sf "$name.so.$abi" "$to/lib/$name.so"
for file in "$here"/install/*.pc.in; do
    sed "s/@VERSION@/$version/g" "$file" >"$to/lib/pkgconfig/$(basename "$file" .in)"
done
for file in "$here"/install/*.cmake.in; do
    sed "s/@VERSION@/$version/g; s/@ABI@/$abi/g" "$file" \
        >"$to/lib/cmake/dingtalk_extcontact/$(basename "$file" .in)"
done
