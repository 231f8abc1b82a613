"""At the end of an interpreter: nobody waits for what will not come, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from conftest import SOON, Silent, child, run
from dingtalk_extcontact.testing import Sandbox

# A handler that was registered before the import runs after the module's own.
LAST = """
import asyncio, atexit, logging, sys, threading

def connect(kind, **options):
    return getattr(dingtalk_extcontact, kind)(
        access_token=sys.argv[2], endpoint=sys.argv[1], rate=None, **options
    )

IDS = [f"01254{number:05}" for number in range(10)]

@atexit.register
def last():
BODY

import dingtalk_extcontact
"""


def at_exit(body: str, *args: str) -> str:
    """The output of a Python that does this as the last of its exit handlers."""
    return run(LAST.replace("BODY", body), *args)


AWAIT_ONE = """
    async def one():
        print((await connect("AsyncClient").delete(IDS[0])).status)
    asyncio.run(one())
"""

AWAIT_SOME = """
    async def some():
        client = connect("AsyncClient")
        print({one.status for one in await asyncio.gather(*map(client.delete, IDS))})
    asyncio.run(some())
"""

AWAIT_BLIND = """
    class Blind(asyncio.SelectorEventLoop):
        def add_reader(self, *args):
            raise NotImplementedError
    loop = Blind()
    print(loop.run_until_complete(connect("AsyncClient").delete(IDS[0])).status)
    loop.close()
"""

AWAIT_MANY = """
    async def many():
        print({item.deletion.status async for item in connect("AsyncClient").delete_many(IDS)})
    asyncio.run(many())
"""

MANY = """
    print({item.deletion.status for item in connect("Client").delete_many(IDS)})
"""

IN_A_THREAD = """
    async def one():
        print((await connect("AsyncClient").delete(IDS[0])).status)
    thread = threading.Thread(target=lambda: asyncio.run(one()))
    try:
        thread.start()
    except RuntimeError:
        # Since 3.12 an ending interpreter starts no threads.
        asyncio.run(one())
    else:
        thread.join()
"""


@pytest.mark.parametrize(
    "body", [AWAIT_ONE, AWAIT_SOME, AWAIT_MANY, AWAIT_BLIND, MANY, IN_A_THREAD]
)
def test_a_call_in_the_last_exit_handler(sandbox: Sandbox, body: str) -> None:
    out = at_exit(body, sandbox.url, sandbox.access_token)
    assert "deleted" in out
    assert "absent" not in out


def test_a_time_limit_holds_in_the_last_exit_handler(silent: Silent) -> None:
    body = """
    async def one():
        try:
            await asyncio.wait_for(connect("AsyncClient").delete(IDS[0]), 0.2)
        except asyncio.TimeoutError as error:
            print("wait_for")
        try:
            await connect("AsyncClient", timeout=0.2).delete(IDS[0])
        except TimeoutError as error:
            print(error.kind, error.maybe_deleted)
    asyncio.run(one())
"""
    assert at_exit(body, silent.url, "token") == "wait_for\ntimeout True\n"


def test_a_loop_of_a_daemon_thread_gets_what_it_waits_for(silent: Silent) -> None:
    """It waits already when the interpreter begins to end."""
    code = """
import asyncio, atexit, sys, threading

@atexit.register
def last():
    print("ending", flush=True)
    thread.join()

from dingtalk_extcontact import AsyncClient

async def calls():
    client = AsyncClient(access_token="token", endpoint=sys.argv[1])
    print((await client.delete("0125400001")).status)
    async for item in client.delete_many(["0125400002", "0125400003"]):
        print(item.deletion.status)

thread = threading.Thread(target=asyncio.run, args=(calls(),), daemon=True)
thread.start()
sys.stdin.readline()
"""
    with child(code, silent.url) as process:
        silent.wait_until_asked()
        assert process.stdin is not None
        process.stdin.write("end\n")
        process.stdin.flush()
        assert process.stdout is not None
        assert process.stdout.readline() == "ending\n"
        silent.answer.set()
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "deleted\n" * 3, "")


def test_lines_of_the_log_come_before_the_end(sandbox: Sandbox) -> None:
    """Those of threads of the pool, too, whose items nobody takes."""
    code = """
import logging, sys
from dingtalk_extcontact import Client
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(user_id)s")
client = Client(access_token=sys.argv[2], endpoint=sys.argv[1], rate=None)
items = client.delete_many(["0125400001", "0125400002"], concurrency=1)
next(items)
while items.summary.deleted < 2:
    pass
"""
    out = run(code, sandbox.url, sandbox.access_token)
    assert out.split() == ["0125400001", "0125400002"]


def test_lines_of_the_log_in_the_last_exit_handler(sandbox: Sandbox) -> None:
    body = """
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(user_id)s")
    async def some():
        client = connect("AsyncClient")
        await asyncio.gather(*map(client.delete, IDS[:5]))
    asyncio.run(some())
    for _ in connect("Client").delete_many(IDS[5:]):
        pass
"""
    out = at_exit(body, sandbox.url, sandbox.access_token)
    assert sorted(out.split()) == [f"01254{number:05}" for number in range(10)]


@pytest.mark.parametrize("way", ["client.delete", "awaited"])
def test_daemon_threads_are_answered_while_the_interpreter_ends(sandbox: Sandbox, way: str) -> None:
    code = """
import asyncio, sys, threading
from dingtalk_extcontact import AsyncClient, Client
options = dict(access_token=sys.argv[2], endpoint=sys.argv[1], rate=None, missing_ok=True)
client = Client(**options)
asking = AsyncClient(**options)

def awaited(user_id):
    async def some():
        await asyncio.gather(*(asking.delete(user_id) for _ in range(5)))
    asyncio.run(some())

def work():
    while True:
        WAY("0125400001")
        started.set()

started = threading.Event()
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
started.wait()
"""
    for _ in range(5):
        assert run(code.replace("WAY", way), sandbox.url, sandbox.access_token) == ""


def test_a_subinterpreter_refuses_the_module_and_ends() -> None:
    code = """
import sys
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters
interpreter = interpreters.create()
try:
    failed = interpreters.run_string(interpreter, "import dingtalk_extcontact")
except Exception as error:
    failed = error
assert failed and "ImportError" in str(failed), failed
print(failed)
import dingtalk_extcontact
"""
    start = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert "interpreter" in process.stdout
    assert time.monotonic() - start < 2 * SOON
