"""The packages over the C library, and what their users would call with instead.

A further one is a function that builds it and an entry in STACKS; its programs are in clients/.
"""

from typing import Callable, NamedTuple

from harness import AGAIN, BENCH, BUILT, Client, install_library


class Stack(NamedTuple):
    build: Callable
    clients: list  # ours first
    version: list  # the command that says what it runs on


def php(name, function, **more):
    library = f"DINGTALK_EXTCONTACT_LIBRARY={BUILT / 'libdingtalk_extcontact.so'}"
    return Client("php", name, ["env", library, "php", BENCH / "clients/php.php", function], **more)


STACKS = {
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
}
