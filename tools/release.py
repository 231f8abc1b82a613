#!/usr/bin/env python3
"""One version in all packages, and one place that says who publishes them.

    release.py check             every place has the version of Cargo.toml and what
                                 packaging/publisher.ini says of the publisher
    release.py write             puts the publisher where packages have to say it
    release.py release VERSION   the next version everywhere; refuses placeholders
    release.py rehearse          a release in a copy: no place is left behind
    release.py tagged TAG        the tag is that of the version, and no placeholder is left

A release commits nothing, tags nothing and publishes nothing: it says what to do next.
"""

import configparser
import datetime
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VERSION = r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?"
PLACEHOLDER = re.compile(r"\.invalid\b|\binvalid\.|To Be Named")

# Where a version stands: a file, and what stands around it. All that matches is a place.
VERSIONS = [
    ("Cargo.toml", r'^version = "@"$'),
    ("Cargo.toml", r'^dingtalk-extcontact.* path = .* version = "@" \}$'),
    ("Cargo.lock", r'^name = "dingtalk-extcontact[a-z-]*"\nversion = "@"$'),
    ("bindings-python/Cargo.toml", r'^dingtalk-extcontact.* version = "@" \}$'),
    ("bindings-node/Cargo.toml", r'^dingtalk-extcontact.* version = "@" \}$'),
    ("bindings-node/package.json", r'^  "version": "@",$'),
    ("bindings-node/package-lock.json", r'"name": "dingtalk-extcontact",\n +"version": "@",$'),
    ("bindings-java/pom.xml", r"^  <version>@</version>$"),
    ("bindings-java/README.md", r"<artifactId>dingtalk-extcontact</artifactId>\n +<version>@</version>$"),
    ("bindings-java/README.zh-CN.md", r"<artifactId>dingtalk-extcontact</artifactId>\n +<version>@</version>$"),
    ("bindings-java/README.md", r"dingtalk-extcontact-@\.jar"),
    ("bindings-java/README.zh-CN.md", r"dingtalk-extcontact-@\.jar"),
    ("bindings-go/README.md", r"\./dingtalk-extcontact-go-@$"),
    ("bindings-go/README.zh-CN.md", r"\./dingtalk-extcontact-go-@$"),
    ("bindings-dotnet/DingTalk.ExtContact.csproj", r"<Version>@</Version>$"),
    ("include/dingtalk_extcontact.h", r'^#define DTX_VERSION "@"$'),
    ("examples/java/Delete.java", r"dingtalk-extcontact-@\.jar"),
    ("core/public-api.txt", r'^pub const VERSION: &str = "@";$'),
]

# The header has the three numbers also by themselves.
NUMBERS = [
    ("include/dingtalk_extcontact.h", rf"^#define DTX_VERSION_{name} @$", index)
    for index, name in enumerate(["MAJOR", "MINOR", "PATCH"])
]

# What a package says of who publishes it, by the name in publisher.ini.
PUBLISHER = [
    ("Cargo.toml", r'^repository = "@"$', "repository"),
    ("bindings-python/pyproject.toml", r'^Repository = "@"$', "repository"),
    ("bindings-python/pyproject.toml", r'^Changelog = "@/blob/main/CHANGELOG.md"$', "repository"),
    ("bindings-python/pyproject.toml", r'^Issues = "@/issues"$', "repository"),
    ("bindings-node/package.json", r'^    "url": "git\+@\.git",$', "repository"),
    ("bindings-node/package.json", r'^  "bugs": "@/issues",$', "repository"),
    ("bindings-java/pom.xml", r"^  <url>@</url>$", "repository"),
    ("bindings-java/pom.xml", r"^    <url>@</url>$", "repository"),
    ("bindings-java/pom.xml", r"^    <connection>scm:git:@\.git</connection>$", "repository"),
    ("bindings-java/pom.xml", r"<developer><name>@</name>", "maintainer"),
    ("bindings-java/pom.xml", r"<email>@</email></developer>$", "email"),
    ("bindings-java/pom.xml", r"^  <groupId>@</groupId>\n  <artifactId>dingtalk-ext", "maven_group"),
    ("bindings-java/README.md", r"^  <groupId>@</groupId>\n  <artifactId>dingtalk-ext", "maven_group"),
    ("bindings-java/README.zh-CN.md", r"^  <groupId>@</groupId>\n  <artifactId>dingtalk-ext", "maven_group"),
    ("bindings-php/composer.json", r'^        "source": "@",$', "repository"),
    ("bindings-php/composer.json", r'^        "issues": "@/issues"$', "repository"),
    ("bindings-dotnet/DingTalk.ExtContact.csproj", r"<Authors>@</Authors>$", "maintainer"),
    ("bindings-dotnet/DingTalk.ExtContact.csproj", r"<RepositoryUrl>@</RepositoryUrl>$", "repository"),
    ("bindings-go/go.mod", r"^module @/bindings-go$", "repository_path"),
    *((f"bindings-go/{name}", r'^\textcontact "@/bindings-go"$', "repository_path") for name in (
        "README.md", "README.zh-CN.md", "batch_test.go", "client_test.go", "conformance_test.go", "servers_test.go")),
    *((f"bindings-go/{name}", place, "repository_path") for name in ("README.md", "README.zh-CN.md") for place in (
        r"-replace @/bindings-go=", r"-require @/bindings-go")),
    ("bench/clients/go/go.mod", r"^require @/bindings-go v", "repository_path"),
    ("bench/clients/go/go.mod", r"^replace @/bindings-go =>", "repository_path"),
    ("bench/clients/go/main.go", r'^\textcontact "@/bindings-go"$', "repository_path"),
    ("examples/go/go.mod", r"^require @/bindings-go v", "repository_path"),
    ("examples/go/go.mod", r"^replace @/bindings-go =>", "repository_path"),
    ("examples/go/delete.go", r'^\textcontact "@/bindings-go"$', "repository_path"),
    ("SECURITY.md", r"\(@/security/advisories/new\)", "repository"),
    ("CODE_OF_CONDUCT.md", r"^<@>", "email"),
    (".github/ISSUE_TEMPLATE/config.yml", r"^    url: @/security/advisories/new$", "repository"),
]


class Refused(Exception):
    """Why there is no release, in a sentence."""


def place(pattern, value):
    """What stands before, at and after a place; the place itself is its second group."""
    before, after = pattern.split("@")
    return re.compile(f"({before})({value})({after})", re.M)


def places(root):
    """Every (file, its text, the pattern of a place, its value) that there should be."""
    version = current(root)
    numbers = version.split("-")[0].split(".")
    publisher = read_publisher(root)
    for file, pattern in VERSIONS:
        yield file, place(pattern, VERSION), version
    for file, pattern, index in NUMBERS:
        yield file, place(pattern, r"\d+"), numbers[index]
    for file, pattern, name in PUBLISHER:
        yield file, place(pattern, r"[^\s<>\"]+(?: [^\s<>\"]+)*?"), publisher[name]


def current(root):
    """The version of the workspace, from which all others are written."""
    return re.search(VERSIONS[0][1].replace("@", f"({VERSION})"), (root / "Cargo.toml").read_text(), re.M)[1]


def read_publisher(root):
    """What publisher.ini says."""
    settings = configparser.ConfigParser()
    settings.read(root / "packaging/publisher.ini", encoding="utf-8")
    publisher = settings["publisher"]
    # As a Go module has it.
    publisher["repository_path"] = publisher["repository"].removeprefix("https://")
    return publisher


def check(root):
    """What is wrong with each place, as sentences."""
    for file, pattern, value in places(root):
        text = (root / file).read_text(encoding="utf-8")
        found = [match[2] for match in pattern.finditer(text)]
        if not found:
            yield f"{file}: there is no place like {pattern.pattern}"
        for other in found:
            if other != value:
                yield f"{file}: has {other}, not {value}"


def write(root):
    """Puts the values into every place."""
    for file, pattern, value in places(root):
        text = (root / file).read_text(encoding="utf-8")
        (root / file).write_text(
            pattern.sub(lambda match: match[1] + value + match[3], text), encoding="utf-8"
        )


def release(root, version, day):
    """The version everywhere, and the changes of it under its name."""
    if not re.fullmatch(VERSION, version):
        raise Refused(f"{version!r} is no version such as 1.2.0 or 1.2.0-rc.1")
    before = current(root)
    if order(version) <= order(before):
        raise Refused(f"{version} does not come after {before}")
    refuse_placeholders(root)
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    heading = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if not heading or "\n- " not in heading[1]:
        raise Refused("CHANGELOG.md has nothing under Unreleased")
    changes = text[: heading.start(1)] + f"\n## {version} ({day})\n" + text[heading.start(1) :]
    changelog.write_text(changes, encoding="utf-8")
    manifest = root / "Cargo.toml"
    first = place(VERSIONS[0][1], VERSION)
    manifest.write_text(first.sub(lambda match: match[1] + version + match[3], manifest.read_text()))
    write(root)
    # What is made of the header has the version in other forms, too, such as the part that its library's name has.
    subprocess.run([sys.executable, root / "tools/declarations"], check=True)


def refuse_placeholders(root):
    """Nothing is shipped while it is not said who ships it."""
    publisher = read_publisher(root).items()
    left = [f"{name} = {value}" for name, value in publisher if PLACEHOLDER.search(value)]
    if left:
        raise Refused("packaging/publisher.ini still has placeholders:\n  " + "\n  ".join(left))


def order(version):
    """A key by which versions sort: 1.0.0-rc.1 comes before 1.0.0."""
    numbers, _, early = version.partition("-")
    return [int(part) for part in numbers.split(".")], not early, early


def rehearse(root):
    """A release in a copy of what git has: nothing of it keeps the version or a placeholder."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True)
        for name in filter(None, names.stdout.decode().split("\0")):
            if (root / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, copy / name)
        before, publisher = current(copy), read_publisher(copy)
        if any(map(PLACEHOLDER.search, publisher.values())):
            try:
                release(copy, "98.7.6", "2000-01-01")
                yield "a release with placeholders was not refused"
            except Refused:
                pass
        (copy / "packaging/publisher.ini").write_text(
            "[publisher]\nrepository = https://example.org/ours\nmaintainer = A B\n"
            "email = a@example.org\nmaven_group = org.example\n"
        )
        release(copy, "98.7.6-rc.1", "2000-01-01")
        yield from check(copy)
        # A line that names the library and its old version is a place that the table lacks, and so
        # is one that has what the publisher's file said. What was measured or written with a version keeps it.
        old = re.compile(rf"(?:dingtalk|DTX).*\b{re.escape(before)}\b", re.I)
        history = ("CHANGELOG.md", "docs/", "conformance/", "tools/release.py")
        for path in sorted(copy.rglob("*")):
            name = path.relative_to(copy).as_posix()
            if not path.is_file() or name.startswith(history):
                continue
            text = path.read_bytes().decode("utf-8", "replace")
            for number, line in enumerate(text.splitlines(), 1):
                if old.search(line):
                    yield f"{name}:{number}: keeps the version: {line.strip()}"
                if any(value in line for value in publisher.values()):
                    yield f"{name}:{number}: keeps the publisher: {line.strip()}"
        made = subprocess.run([sys.executable, copy / "tools/declarations", "--check"], capture_output=True, text=True)
        if made.returncode:
            yield made.stderr.strip()
        locked = ["cargo", "metadata", "--locked", "--offline", "--format-version=1"]
        cargo = subprocess.run(locked, cwd=copy, capture_output=True, text=True)
        if cargo.returncode:
            yield f"Cargo.lock does not fit: {cargo.stderr.strip()}"


def main(arguments):
    """The exit status."""
    root = pathlib.Path(__file__).resolve().parent.parent
    if arguments in (["check"], ["rehearse"]):
        faults = list(check(root) if arguments == ["check"] else rehearse(root))
        for fault in faults:
            print(fault, file=sys.stderr)
        if faults:
            print("run tools/release.py write, or mend the table in it", file=sys.stderr)
        return bool(faults)
    if arguments == ["write"]:
        write(root)
        return 0
    if len(arguments) == 2 and arguments[0] in ("release", "tagged"):
        version = arguments[1]
        try:
            if arguments[0] == "tagged":
                if version != f"v{current(root)}":
                    raise Refused(f"{version} is not the tag of {current(root)}")
                refuse_placeholders(root)
                return 0
            release(root, version, datetime.date.today().isoformat())
        except Refused as why:
            print(f"no release: {why}", file=sys.stderr)
            return 1
        print(f"Every place has {version} now. Next:")
        print("  read CHANGELOG.md, run make lint and make test")
        print(f"  git commit -am 'Release {version}' && git tag -s v{version}")
        print(f"  git push origin main v{version}    the workflow builds, tries and publishes it")
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
