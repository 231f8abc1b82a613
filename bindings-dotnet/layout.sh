#!/bin/sh
# Builds the assembly and lays it out as a NuGet package has it, with the C library of each system:
# layout.sh FOLDER RID=LIBRARY..., such as linux-x64=libdingtalk_extcontact.so.
set -eu

to=${1:?name the folder of the package}
shift
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^#define DTX_VERSION "\(.*\)"$/\1/p' "$here/../include/dingtalk_extcontact.h")
library=$to/lib/netstandard2.0/DingTalk.ExtContact.dll

mkdir -p "$to/lib/netstandard2.0" "$here/target"
printf '[assembly: System.Reflection.AssemblyVersion("%s.0")]\n' "${version%%-*}" >"$here/target/version.cs"
mcs -warn:4 -warnaserror -optimize -target:library -doc:"${library%dll}xml" -out:"$library" \
    "$here/target/version.cs" "$here"/src/*.cs "$here"/src/Generated/*.cs
cp "$here"/README*.md "$here"/../LICENSE-* "$to/"
for one; do
    mkdir -p "$to/runtimes/${one%%=*}/native"
    cp "${one#*=}" "$to/runtimes/${one%%=*}/native/"
done

# For `nuget pack`; what it says is the project file's.
field() { sed -n "s:^ *<$1>\(.*\)</$1>\$:\1:p" "$here/DingTalk.ExtContact.csproj"; }
cat >"$to/DingTalk.ExtContact.nuspec" <<END
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>$(field PackageId)</id>
    <version>$(field Version)</version>
    <authors>$(field Authors)</authors>
    <description>$(field Description)</description>
    <license type="expression">$(field PackageLicenseExpression)</license>
    <readme>$(field PackageReadmeFile)</readme>
    <tags>$(field PackageTags)</tags>
    <repository type="git" url="$(field RepositoryUrl)" />
    <dependencies>
      <group targetFramework=".NETStandard2.0" />
    </dependencies>
  </metadata>
</package>
END
