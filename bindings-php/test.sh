#!/bin/sh
# Tests of the PHP package: test.sh FOLDER-OF-BUILT-FILES. What is missing is said and left out.
set -eu

built=$(cd "${1:?name the folder of the built files}" && pwd)
cd "$(dirname "$0")"
left_out() { ../tools/left-out.sh "php: $1" "$2"; }
here() { command -v "$1" >/dev/null; }

if ! here php || ! php -r 'exit((int) !(extension_loaded("FFI") && PHP_VERSION_ID >= 80100));'; then
    left_out "the package" "no php from 8.1 on with FFI"
    exit
fi
for file in src/*.php src/Exception/*.php tests/*.php preload.php; do
    php -l "$file" >/dev/null
done
if ! here phpunit; then
    left_out "the package" "no phpunit"
    exit
fi
groups=
if ! here composer; then
    left_out "the package installed by Composer" "no composer"
    groups=composer
fi
if ! [ -x /usr/sbin/nginx ] || ! ls /usr/sbin/php-fpm* >/dev/null 2>&1; then
    left_out "the recipes for php-fpm" "no php-fpm, or no nginx"
    groups=$groups,fpm
fi
DTX_BUILT=$built DINGTALK_EXTCONTACT_LIBRARY=$built/libdingtalk_extcontact.so phpunit --exclude-group "$groups"
