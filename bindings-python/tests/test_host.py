"""What a good citizen of the interpreter does: the lock, signals, forks, threads, exit."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from conftest import SOON, Silent, child, http, read_request, run
from dingtalk_extcontact import AsyncClient, CallCancelledError, Client
from dingtalk_extcontact.testing import Sandbox

TOKEN = "token-1234"

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def test_other_threads_make_progress_during_a_call(silent: Silent) -> None:
    """Were the lock held, neither this thread nor the server's could go on, and so not the call."""
    client = Client(access_token=TOKEN, endpoint=silent.url)
    results: list[Any] = []
    call = threading.Thread(target=lambda: results.append(client.delete("0125400001")))
    call.start()
    silent.wait_until_asked()
    steps = sum(1 for _ in range(100_000))
    assert steps == 100_000
    assert call.is_alive()
    silent.answer.set()
    call.join(30)
    assert results[0].status == "deleted"


SCRIPT = """
import sys, time
from dingtalk_extcontact import Client
client = Client(access_token="token", endpoint=sys.argv[1])
try:
    client.delete("0125400001")
except KeyboardInterrupt as error:
    cause = error.__cause__
    print(type(error).__name__, cause.kind, cause.maybe_deleted, cause.attempts)
"""


def test_ctrl_c_ends_a_call_in_a_script(silent: Silent) -> None:
    with child(SCRIPT, silent.url) as process:
        silent.wait_until_asked()
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert time.monotonic() - start < SOON
        assert (process.returncode, err) == (0, "")
        assert out == "KeyboardInterrupt cancelled True 1\n"


def test_ctrl_c_ends_a_call_in_a_repl(silent: Silent) -> None:
    process = subprocess.Popen(
        [sys.executable, "-i", "-q", "-E"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    lines = [
        "from dingtalk_extcontact import Client",
        f"client = Client(access_token='token', endpoint={silent.url!r})",
        "client.delete('0125400001')",
        "print('alive', client)",
    ]
    process.stdin.write("\n".join(lines) + "\n")
    process.stdin.flush()
    silent.wait_until_asked()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert "alive <dingtalk_extcontact.Client" in out
    assert "CallCancelledError: contact 0125400001" in err
    assert "may have been deleted" in err
    assert "KeyboardInterrupt" in err
    assert process.returncode == 0


def test_the_exception_of_any_signal_handler_passes_through_unchanged(silent: Silent) -> None:
    class Limit(Exception):
        pass

    raised = Limit("soft time limit")

    def handler(*_: object) -> None:
        raise raised

    client = Client(access_token=TOKEN, endpoint=silent.url)
    before = signal.signal(signal.SIGUSR1, handler)
    main = threading.main_thread().ident
    assert main is not None

    def send() -> None:
        silent.wait_until_asked()
        signal.pthread_kill(main, signal.SIGUSR1)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        with pytest.raises(Limit) as caught:
            client.delete("0125400001")
    finally:
        sender.join()
        signal.signal(signal.SIGUSR1, before)
    assert caught.value is raised
    assert isinstance(raised.__cause__, CallCancelledError)


def test_a_signal_handler_that_returns_ends_nothing_and_may_make_calls(
    silent: Silent, sandbox: Sandbox
) -> None:
    other = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    seen: list[str] = []

    def handler(*_: object) -> None:
        seen.append(other.delete("0125400001").status)
        silent.answer.set()

    client = Client(access_token=TOKEN, endpoint=silent.url)
    before = signal.signal(signal.SIGUSR1, handler)
    main = threading.main_thread().ident
    assert main is not None

    def send() -> None:
        silent.wait_until_asked()
        signal.pthread_kill(main, signal.SIGUSR1)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        assert client.delete("0125400009").status == "deleted"
    finally:
        sender.join()
        signal.signal(signal.SIGUSR1, before)
    assert seen == ["deleted"]


def test_a_call_on_another_thread_leaves_signals_to_the_main_one(silent: Silent) -> None:
    code = """
import sys, threading
from dingtalk_extcontact import Client
client = Client(access_token="token", endpoint=sys.argv[1])
results, done = [], threading.Event()
def work():
    results.append(client.delete("0125400001"))
    done.set()
try:
    # The request may be there before this thread has come back from the start.
    threading.Thread(target=work).start()
    done.wait()
except KeyboardInterrupt:
    print("main", flush=True)
done.wait()
print(results[0].status)
"""
    with child(code, silent.url) as process:
        silent.wait_until_asked()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() == "main\n"
        silent.answer.set()
        out, err = process.communicate(timeout=30)
        assert (out, err) == ("deleted\n", "")


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted in /proc")
def test_a_warm_call_starts_no_thread() -> None:
    code = """
import sys
from dingtalk_extcontact import Client
client = Client(access_token="token", endpoint=sys.argv[1])
for _ in range(3):
    client.delete("0125400001")
"""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with child(code, url) as process:
            connection, _ = listener.accept()
            threads: list[set[str]] = []
            with connection:
                for _ in range(3):
                    assert read_request(connection)
                    threads.append(set(os.listdir(f"/proc/{process.pid}/task")))
                    connection.sendall(http())
            _, err = process.communicate(timeout=30)
            assert (process.returncode, err) == (0, "")
    # One that helped with the connection may be on its way out still.
    assert threads[1] <= threads[0]
    assert threads[2] <= threads[0]


def in_a_child(work: Callable[[], None]) -> int:
    """The status of a forked child that does this work and nothing after it."""
    with warnings.catch_warnings():
        # Newer Pythons warn of a fork with threads: which is what is tried here.
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(30)
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1]


@needs_fork
def test_a_client_works_on_after_fork(sandbox: Sandbox) -> None:
    client = Client(app_key=sandbox.app_key, app_secret=sandbox.app_secret, endpoint=sandbox.url)
    client.delete("0125400001")

    def work() -> None:
        assert client.delete("0125400002").status == "deleted"

    assert in_a_child(work) == 0
    assert client.delete("0125400003").status == "deleted"
    assert sandbox.deleted == ["0125400001", "0125400002", "0125400003"]
    connections = [request.connection for request in sandbox.requests if "delete" in request.path]
    assert connections[0] == connections[2] != connections[1]


@needs_fork
def test_asyncio_works_in_a_forked_child(sandbox: Sandbox) -> None:
    client = AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url)
    asyncio.run(client.delete("0125400001"))

    def work() -> None:
        assert asyncio.run(client.delete("0125400002")).status == "deleted"

    assert in_a_child(work) == 0
    asyncio.run(client.delete("0125400003"))
    assert sandbox.deleted == ["0125400001", "0125400002", "0125400003"]


@needs_fork
def test_a_fork_in_the_middle_of_other_calls(silent: Silent, sandbox: Sandbox) -> None:
    """Whatever other threads hold at that moment, the child does not wait for it."""
    busy = Client(access_token=TOKEN, endpoint=silent.url, rate=None)
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url, rate=None)
    awaiting = AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url)
    stop = threading.Event()

    def keep_calling() -> None:
        while not stop.is_set():
            client.delete("0199", missing_ok=True)

    threads = [threading.Thread(target=keep_calling) for _ in range(4)]
    threads.append(threading.Thread(target=busy.delete, args=("0125400001",)))
    for thread in threads:
        thread.start()
    silent.wait_until_asked()

    def work() -> None:
        assert client.delete("0199", missing_ok=True).status == "absent"
        assert asyncio.run(awaiting.delete("0199", missing_ok=True)).status == "absent"

    statuses = [in_a_child(work) for _ in range(10)]
    stop.set()
    silent.answer.set()
    for thread in threads:
        thread.join(30)
    assert statuses == [0] * 10


CLIENTS: dict[str, Client] = {}


def delete_in_worker(user_id: str) -> str:
    return CLIENTS["one"].delete(user_id).status


def make_in_worker(endpoint: str, token: str) -> None:
    os.environ.update(DINGTALK_ENDPOINT=endpoint, DINGTALK_ACCESS_TOKEN=token)
    CLIENTS["one"] = Client.from_env()


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_multiprocessing_with_fork_inherits_a_client(sandbox: Sandbox) -> None:
    CLIENTS["one"] = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    CLIENTS["one"].delete("0125400000")
    with multiprocessing.get_context("fork").Pool(2) as pool:
        statuses = pool.map(delete_in_worker, [f"012540000{n}" for n in range(1, 6)])
    assert statuses == ["deleted"] * 5
    CLIENTS.clear()


@pytest.mark.parametrize(
    "method", [name for name in multiprocessing.get_all_start_methods() if name != "fork"]
)
def test_multiprocessing_without_fork_makes_one_from_the_environment(
    method: str, sandbox: Sandbox
) -> None:
    context = multiprocessing.get_context(method)
    # Where there is a server, its children are forked with the module imported.
    context.set_forkserver_preload(["dingtalk_extcontact"])
    place = (sandbox.url, sandbox.access_token)
    with context.Pool(1, make_in_worker, place) as pool:
        assert pool.apply(delete_in_worker, ("0125400001",)) == "deleted"


def test_one_client_serves_many_threads() -> None:
    contacts = [f"01254{number:05}" for number in range(200)]
    with Sandbox(contacts=contacts, calls_per_second=None) as sandbox:
        client = Client(
            app_key=sandbox.app_key,
            app_secret=sandbox.app_secret,
            endpoint=sandbox.url,
            rate=None,
        )

        def work(part: list[str]) -> None:
            for user_id in part:
                client.delete(user_id)
                repr(client)

        threads = [threading.Thread(target=work, args=(contacts[n::8],)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(sandbox.deleted) == contacts
        tokens = [request for request in sandbox.requests if "accessToken" in request.path]
        assert len(tokens) == 1


@pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python has its GIL for good"
)
def test_a_free_threaded_python_stays_free() -> None:
    assert run("import sys, dingtalk_extcontact; print(sys._is_gil_enabled())") == "False\n"


def test_a_call_in_an_exit_handler(sandbox: Sandbox) -> None:
    code = """
import atexit, logging, sys
@atexit.register
def last():
    print(client.delete("0125400001").status)
from dingtalk_extcontact import Client
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
client = Client(access_token=sys.argv[2], endpoint=sys.argv[1])
"""
    out = run(code, sandbox.url, sandbox.access_token)
    line, status = out.splitlines()
    assert line.startswith("contact 0125400001: deleted, request id ")
    assert status == "deleted"


def test_a_daemon_thread_in_a_call_does_not_keep_the_interpreter(silent: Silent) -> None:
    code = """
import sys, threading
from dingtalk_extcontact import Client
client = Client(access_token="token", endpoint=sys.argv[1])
threading.Thread(target=client.delete, args=("0125400001",), daemon=True).start()
sys.stdin.readline()
"""
    with child(code, silent.url) as process:
        silent.wait_until_asked()
        start = time.monotonic()
        _, err = process.communicate("end\n", timeout=30)
        assert (process.returncode, err) == (0, "")
        assert time.monotonic() - start < SOON


NO_THREADS = """
import asyncio, os, resource
from dingtalk_extcontact import AsyncClient, Client, ConfigurationError
options = {"access_token": "token", "endpoint": "http://127.0.0.1:1"}

def told(error):
    why = "no thread could be started (limit of processes or threads)"
    assert why in error.message and "ulimit -u" in error.advice, error
    assert not error.retryable and not error.maybe_deleted

async def call():
    async with AsyncClient(**options) as client:
        await client.delete("1")

if os.getuid() == 0:
    os.setuid(65534)  # The limit is no limit for root.
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
for delete in (lambda: Client(**options).delete("1"), lambda: asyncio.run(call())):
    try:
        delete()
    except ConfigurationError as error:
        told(error)
    else:
        raise AssertionError
items = Client(**options).delete_many(["1"])
assert [item.not_attempted for item in items] == [True]
assert "no thread could be started" in items.summary.stopped
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit here")
def test_without_threads_each_client_says_so() -> None:
    run(NO_THREADS)
