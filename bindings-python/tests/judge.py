"""The judge of the conformance cases, a program that is spoken to in lines of JSON."""

from __future__ import annotations

import atexit
import functools
import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NAME = "dingtalk-extcontact-judge"


def program() -> str:
    """Where cargo has put it; DINGTALK_EXTCONTACT_JUDGE names another place."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    places = [os.environ.get("DINGTALK_EXTCONTACT_JUDGE", "")]
    places += [str(target / profile / NAME) for profile in ("debug", "dist")]
    for place in places:
        if place and Path(place).is_file():
            return place
    raise RuntimeError(
        f"there is no {NAME} in {target}: cargo build -p dingtalk-extcontact-conformance"
    )


@functools.cache
def address() -> tuple[str, int]:
    judge = subprocess.Popen(
        [program(), str(ROOT / "conformance" / "cases")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(judge.communicate)
    assert judge.stdout is not None
    host, port = json.loads(judge.stdout.readline())["control"].split(":")
    return host, int(port)


class Judge:
    """A connection to it, with its own case under way."""

    def __init__(self) -> None:
        with socket.create_connection(address()) as connection:
            # The file keeps the connection open.
            self._lines = connection.makefile("rw", encoding="utf-8")

    def ask(self, **request: Any) -> Any:
        self._lines.write(json.dumps(request) + "\n")
        self._lines.flush()
        answer = json.loads(self._lines.readline())
        assert "error" not in answer, answer
        return answer

    def close(self) -> None:
        self._lines.close()


@functools.cache
def names() -> tuple[str, ...]:
    judge = Judge()
    found = tuple(judge.ask(op="list")["cases"])
    judge.close()
    assert found, "there is no conformance case"
    return found
