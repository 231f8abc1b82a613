#!/bin/sh
# Builds the package and runs its tests: test.sh FOLDER-OF-BUILT-FILES, where
# libdingtalk_extcontact.so, the command and dingtalk-extcontact-judge are. Needs mono and its
# compiler. With DOTNET, the program `dotnet` of .NET's own runtime, the tests run under that, too.
# target/package is laid out as a NuGet package then.
set -eu

built=$(cd "${1:?name the folder of the built files}" && pwd)
cd "$(dirname "$0")"
for tool in mcs mono cc; do
    if ! command -v "$tool" >/dev/null; then
        ../tools/left-out.sh "dotnet: the package and its tests" "no $tool"
        exit
    fi
done

# As .NET names the folder of a system.
case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) rid=linux-$(uname -m) ;;
esac
version=$(sed -n 's/^#define DTX_VERSION "\(.*\)"$/\1/p' ../include/dingtalk_extcontact.h)
grep -q "<Version>$version</Version>" DingTalk.ExtContact.csproj ||
    { echo "DingTalk.ExtContact.csproj is not of version $version"; exit 1; }

package=target/package
library=$package/lib/netstandard2.0/DingTalk.ExtContact.dll
rm -rf "$package" target/tests
mkdir -p target/tests
strip -S -o target/libdingtalk_extcontact.so "$built/libdingtalk_extcontact.so"
./layout.sh "$package" "$rid=target/libdingtalk_extcontact.so"

cp "$library" "$package/runtimes/$rid/native/libdingtalk_extcontact.so" target/tests/
mcs -warn:4 -warnaserror -debug -r:"$library" -out:target/tests/tests.exe tests/*.cs
export DTX_BUILT="$built" DTX_README="$PWD/README.md"
# Whatever the locale is, text is sent in UTF-8.
LC_ALL=C mono --debug target/tests/tests.exe

if ! [ -x "${DOTNET:-}" ]; then
    ../tools/left-out.sh "dotnet: the tests under .NET's own runtime" "no program at DOTNET"
    exit
fi
# There is an ICU on few bare systems, and nothing here needs one.
echo '{"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
  "rollForward": "LatestMajor", "configProperties": {"System.Globalization.Invariant": true}}}' \
    >target/tests/tests.runtimeconfig.json
LC_ALL=C "$DOTNET" exec target/tests/tests.exe
