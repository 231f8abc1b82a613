"""The packages over the C library, and what their users would call with instead.

A further one is a function that builds it and an entry in STACKS; its programs are in clients/.
"""

import os
import platform
import shutil
import sys
from typing import Callable, NamedTuple

from harness import AGAIN, BENCH, BUILT, ENVIRONMENT, PYTHON, ROOT, TARGET, WORK, Client, cargo, do, install_library


class Stack(NamedTuple):
    build: Callable
    clients: list  # ours first
    version: list  # the command that says what it runs on


def php(name, function, **more):
    library = f"DINGTALK_EXTCONTACT_LIBRARY={BUILT / 'libdingtalk_extcontact.so'}"
    return Client("php", name, ["env", library, "php", BENCH / "clients/php.php", function], **more)


JAVA = WORK / "java"


def build_java():
    """The package's jar with the library as it is handed out, and the peers from Maven's repository."""
    cargo("c")
    # As JNA names the folder of a system.
    natives = JAVA / "natives" / f"linux-{platform.machine().replace('x86_64', 'x86-64')}"
    natives.mkdir(parents=True, exist_ok=True)
    shutil.copy(BUILT / "libdingtalk_extcontact.so", natives)
    maven = ["mvn", "--batch-mode", "--quiet"]
    do(*maven, "-f", ROOT / "bindings-java", "-Dmaven.test.skip=true", f"-Dnatives={natives.parent}", "package")
    for jar in (ROOT / "bindings-java/target").glob("dingtalk-extcontact-*[0-9].jar"):
        shutil.copy(jar, JAVA / "package.jar")
    do(*maven, "-f", BENCH / "java", f"-DoutputDirectory={JAVA / 'lib'}", "dependency:copy-dependencies")
    do("javac", "-cp", f"{JAVA / 'package.jar'}{os.pathsep}{JAVA / 'lib'}/*", "-d", JAVA, BENCH / "java/Calls.java")


def java(name, function, **more):
    path = os.pathsep.join([str(JAVA), str(JAVA / "package.jar"), f"{JAVA / 'lib'}/*"])
    # So many calls until the compiler of the hot paths has done its work.
    return Client("java", name, ["java", "-cp", path, "Calls", function], warm=10000, tls=False, **more)


def build_go():
    prefix = install_library()
    found = {"PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig"), "CGO_LDFLAGS": f"-Wl,-rpath,{prefix / 'lib'}"}
    command = ["go", "build", "-o", WORK / "bench-go", "."]
    do(*command, cwd=BENCH / "clients/go", env={**ENVIRONMENT, "GOWORK": "off", **found})


def go(name, function, **more):
    return Client("go", name, [WORK / "bench-go", function], **more)


# .NET's own runtime, which a Python package brings; the Makefile has it there, too.
DOTNET = TARGET / "dotnet/dotnetcore2/bin/dotnet"
RUNTIMES = {"mono": ["mono"], "dotnet": [DOTNET, "exec"]}


def build_mono():
    cargo("c")
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    library = BUILT / "libdingtalk_extcontact.so"
    do(ROOT / "bindings-dotnet/layout.sh", WORK / "dotnet/package", f"linux-{machine}={library}")
    package = shutil.copy(WORK / "dotnet/package/lib/netstandard2.0/DingTalk.ExtContact.dll", WORK / "dotnet")
    shutil.copy(library, WORK / "dotnet")
    do("mcs", "-optimize", f"-r:{package}", "-r:System.Net.Http", f"-out:{WORK / 'dotnet/dotnet.exe'}",
       BENCH / "clients/dotnet.cs")  # fmt: skip


def build_dotnet():
    build_mono()
    if not DOTNET.exists():
        if not PYTHON.exists():
            do(sys.executable, "-m", "venv", WORK / "venv")
        do(PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--target", TARGET / "dotnet", "dotnetcore2==3.1.23")
        DOTNET.chmod(0o755)
    shutil.copy(BENCH / "clients/dotnet.runtimeconfig.json", WORK / "dotnet")


def dotnet(runtime, name, function, **more):
    return Client(runtime, name, [*RUNTIMES[runtime], WORK / "dotnet/dotnet.exe", function], warm=2000, **more)


STACKS = {
    "java": Stack(
        build_java,
        [
            java("ours", "ours"),
            java(AGAIN, "ours"),
            java("java.net.http.HttpClient", "http_client"),
            java("Apache HttpClient", "apache"),
            java("HttpURLConnection", "url_connection"),
            java("HttpURLConnection, as the TOP SDK", "top_sdk", share=0.5),
        ],
        ["java", "--version"],
    ),
    "php": Stack(
        install_library,
        [
            php("ours", "ours", share=0.5),
            php(AGAIN, "ours", share=0.5),
            php("curl", "curl", share=0.5),
            php("curl, a handle each call", "curl_anew", share=0.2),
        ],
        ["php", "--version"],
    ),
    "go": Stack(
        build_go,
        [
            go("ours", "ours"),
            go(AGAIN, "ours"),
            go("ours, with a context that may end", "ours_cancellable"),
            go("net/http", "net_http"),
        ],
        ["go", "version"],
    ),
    "dotnet": Stack(
        build_dotnet,
        [
            dotnet("dotnet", "ours", "ours", share=0.5),
            dotnet("dotnet", AGAIN, "ours", share=0.5),
            dotnet("dotnet", "ours, tasks", "ours_async", share=0.3),
            dotnet("dotnet", "HttpClient", "http_client", share=0.2),
            dotnet("dotnet", "HttpWebRequest", "web_request", share=0.1),
        ],
        ["sh", "-c", f"{DOTNET} --list-runtimes | cut -d' ' -f1,2"],
    ),
    # It takes no certificates from the environment, and ends ten seconds after the last task of ours.
    "mono": Stack(
        build_mono,
        [
            dotnet("mono", "ours", "ours", share=0.5),
            dotnet("mono", AGAIN, "ours", share=0.5),
            dotnet("mono", "HttpClient", "http_client", share=0.1, tls=False),
            dotnet("mono", "HttpWebRequest", "web_request", share=0.1, tls=False),
        ],
        ["mono", "--version"],
    ),
}
