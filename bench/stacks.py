"""The packages over the C library, and what their users would call with instead.

A further one is a function that builds it and an entry in STACKS; its programs are in clients/.
"""

import os
import platform
import shutil
from typing import Callable, NamedTuple

from harness import AGAIN, BENCH, BUILT, ENVIRONMENT, ROOT, WORK, Client, cargo, do, install_library


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
}
