"""What the tests share: servers that misbehave in one way, and a sandbox with known contacts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from dingtalk_extcontact.testing import Sandbox

# A shell that starts the tests in the background has it ignored, and so would their children.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Every promise of "within 100 ms" is tested with this bound: over it, as machines are slow, and
# far under a wait that is not ended.
SOON = 1.0

ANSWER = b'{"errcode":0,"errmsg":"ok","request_id":"r1"}'


def http(body: bytes = ANSWER) -> bytes:
    """A whole reply."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Silent:
    """A server that reads a request, says so, and answers only when it is told to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked = threading.Semaphore(0)
        self.answer = threading.Event()
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while read_request(connection):
                self.asked.release()
                self.answer.wait()
                connection.sendall(http())

    def wait_until_asked(self) -> None:
        """Returns when a request is there."""
        assert self.asked.acquire(timeout=30)

    def close(self) -> None:
        self._listener.close()
        self.answer.set()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def read_request(connection: socket.socket) -> bytes:
    """One whole request, or nothing at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with ten known contacts and no rate limit."""
    contacts = [f"01254{number:05}" for number in range(10)]
    with Sandbox(contacts=contacts, calls_per_second=None) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("DINGTALK_") and name != "DINGTALK_EXTCONTACT_JUDGE":
            monkeypatch.delenv(name)


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    """Every record of this package, of every level."""
    kept: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record)

    logger, handler = logging.getLogger("dingtalk_extcontact"), Keep()
    logger.addHandler(handler)
    logger.setLevel(1)
    yield kept
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(handler)


@contextlib.contextmanager
def child(code: str, *args: str, flags: tuple[str, ...] = ()) -> Iterator[subprocess.Popen[str]]:
    """A Python of its own that runs this code; killed at the end if it is still there."""
    process = subprocess.Popen(
        [sys.executable, *flags, "-c", code, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(code: str, *args: str, flags: tuple[str, ...] = ()) -> str:
    """The output of a Python of its own, which must end well and say nothing on stderr."""
    with child(code, *args, flags=flags) as process:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert err == ""
        return out


@contextlib.asynccontextmanager
async def serve(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server on this loop; every client must have gone away when it ends."""
    connections: list[asyncio.Task[None]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.append(task)
        await answer(reader, writer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=128)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*connections)
    finally:
        server.close()
