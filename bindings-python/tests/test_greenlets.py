"""Under gevent and eventlet the locks of ``logging`` are greenlets', and one thread has many."""

from __future__ import annotations

import importlib.util
import signal

import pytest

from conftest import Silent, child, run
from dingtalk_extcontact.testing import Sandbox

PATCH = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}

START = """
import logging, sys
from dingtalk_extcontact import Client
client = Client(access_token=sys.argv[2], endpoint=sys.argv[1], rate=None)
"""

pytestmark = pytest.mark.parametrize("library", ["gevent", "eventlet"])


@pytest.fixture(autouse=True)
def _installed(library: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")


def patched(library: str, code: str, *args: str) -> str:
    """The output of a Python in which the library has taken over threads, locks and sockets."""
    return run(f"{PATCH[library]}\n{START}{code}", *args, flags=("-W", "ignore"))


def test_many_with_a_log(library: str) -> None:
    code = """
lines = []

class Keep(logging.Handler):
    def emit(self, record):
        lines.append(record.user_id)

logging.basicConfig(level=logging.INFO, handlers=[Keep()])
ids = [str(number) for number in range(1, 200)]
for _ in range(3):
    items = [item.user_id for item in client.delete_many(ids, concurrency=16, missing_ok=True)]
    assert sorted(items) == sorted(lines) == sorted(ids)
    lines.clear()
"""
    with Sandbox(contacts=[], calls_per_second=None, latency=0.01) as sandbox:
        assert patched(library, code, sandbox.url, sandbox.access_token) == ""


def test_a_log_handler_that_switches_greenlets(library: str, sandbox: Sandbox) -> None:
    code = """
import time

class Slow(logging.Handler):
    def emit(self, record):
        time.sleep(0.001)
        lines.append(record.user_id)

def one(user_id):
    status = client.delete(user_id).status
    assert user_id in lines
    done.append((user_id, status))

lines, done = [], []
logging.basicConfig(level=logging.INFO, handlers=[Slow()])
ids = [f"01254{number:05}" for number in range(10)]
import threading
threads = [threading.Thread(target=one, args=(user_id,)) for user_id in ids]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert sorted(done) == [(user_id, "deleted") for user_id in ids], done
assert sorted(lines) == ids, lines
"""
    assert patched(library, code, sandbox.url, sandbox.access_token) == ""


AWAY = {
    "gevent": "import gevent; away = gevent.get_hub().threadpool.apply",
    "eventlet": "from eventlet import tpool; away = lambda f, args: tpool.execute(f, *args)",
}


def test_a_thread_of_the_library_keeps_the_hub_free(library: str, silent: Silent) -> None:
    code = f"""
import threading, time, urllib.request
{AWAY[library]}
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(user_id)s")
ticks = []

def tick():
    while not ticks or ticks[-1] < 100:
        ticks.append(len(ticks))
        time.sleep(0)
    print("free", flush=True)

ticker = threading.Thread(target=tick)
ticker.start()
print(away(client.delete, ("0125400001",)).status)
ticker.join()
"""
    with child(f"{PATCH[library]}\n{START}{code}", silent.url, "token", flags=("-Wi",)) as process:
        # The call waits for its answer while the other greenlet runs.
        silent.wait_until_asked()
        assert process.stdout is not None
        assert process.stdout.readline() == "free\n"
        silent.answer.set()
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "0125400001\ndeleted\n", "")


def test_ctrl_c_ends_a_call_in_a_greenlet(library: str, silent: Silent) -> None:
    code = """
import threading

def one():
    try:
        client.delete("0125400001")
    except KeyboardInterrupt as error:
        print(error.__cause__.kind, error.__cause__.maybe_deleted)

thread = threading.Thread(target=one)
thread.start()
thread.join()
"""
    with child(f"{PATCH[library]}\n{START}{code}", silent.url, "token", flags=("-Wi",)) as process:
        silent.wait_until_asked()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "cancelled True\n", "")
