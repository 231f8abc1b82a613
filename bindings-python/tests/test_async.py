"""AsyncClient: side by side, cancelled, and on loops that end early."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from conftest import SOON, Silent, child, http, run, serve
from dingtalk_extcontact import (
    AsyncClient,
    CallCancelledError,
    InvalidArgumentError,
    InvalidUserIdError,
)
from dingtalk_extcontact.testing import Sandbox

TOKEN = "token-1234"


def test_a_deletion(sandbox: Sandbox) -> None:
    async def main() -> None:
        async with AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url) as client:
            assert (await client.delete("0125400001")).status == "deleted"
            with pytest.raises(InvalidUserIdError) as caught:
                await client.delete("0125400001")
            assert caught.value.code == "33012"
            absent = await client.delete("0125400001", missing_ok=True, timeout=5)
            assert absent.status == "absent"
        with pytest.raises(InvalidArgumentError, match="client is closed"):
            await client.delete("0125400002")

    asyncio.run(main())
    assert sandbox.deleted == ["0125400001"]


def test_bad_arguments(sandbox: Sandbox) -> None:
    async def main() -> None:
        client = AsyncClient(access_token=TOKEN, endpoint=sandbox.url)
        for user_id in (125, b"0125", None):
            with pytest.raises(TypeError, match="user_id must be str"):
                await client.delete(user_id)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="timeout must be a number"):
            await client.delete("0125", timeout="1")  # type: ignore[arg-type]
        with pytest.raises(InvalidArgumentError, match="timeout"):
            await client.delete("0125", timeout=-1)
        with pytest.raises(InvalidArgumentError, match="surrogate"):
            await client.delete("0125\ud800")
        with pytest.raises(InvalidArgumentError):
            await client.delete(" ")

    asyncio.run(main())
    assert sandbox.requests == []


def test_64_calls_are_under_way_at_once_and_the_loop_goes_on() -> None:
    """The server is on the same loop, and answers nobody before 64 have asked."""

    async def main() -> None:
        everybody = asyncio.Event()
        waiting = 0

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal waiting
            await reader.readuntil(b"user_id=")
            waiting += 1
            if waiting == 64:
                everybody.set()
            await everybody.wait()
            writer.write(http())

        async with serve(answer) as url:
            client = AsyncClient(access_token=TOKEN, endpoint=url, rate=None)
            ids = [f"01{number:03}" for number in range(64)]
            deletions = await asyncio.gather(*(client.delete(user_id) for user_id in ids))
            assert [deletion.user_id for deletion in deletions] == ids
            await client.close()

    asyncio.run(main())


def our_cause(error: BaseException) -> CallCancelledError:
    """Before Python 3.11 who awaits a task gets a CancelledError around the task's own."""
    inner = error.__cause__ or error.__context__
    while isinstance(inner, asyncio.CancelledError):
        inner = inner.__cause__ or inner.__context__
    assert isinstance(inner, CallCancelledError), repr(error)
    return inner


async def cancel_the_task(call: Awaitable[object], asked: asyncio.Event) -> BaseException:
    task = asyncio.ensure_future(call)
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert task.cancelled()
    return caught.value


async def wait_for_a_time(call: Awaitable[object], asked: asyncio.Event) -> BaseException:
    with pytest.raises(asyncio.TimeoutError) as caught:
        await asyncio.wait_for(call, 0.2)
    return caught.value


async def within_a_timeout(call: Awaitable[object], asked: asyncio.Event) -> BaseException:
    with pytest.raises(asyncio.TimeoutError) as caught:
        async with asyncio.timeout(0.2):  # type: ignore[attr-defined,unused-ignore]
            await call
    return caught.value


WAYS = [cancel_the_task, wait_for_a_time]
if hasattr(asyncio, "timeout"):
    WAYS.append(within_a_timeout)


@pytest.mark.parametrize("way", WAYS)
def test_a_cancel_ends_the_call_and_says_what_is_known(
    way: Callable[[Awaitable[object], asyncio.Event], Awaitable[BaseException]],
) -> None:
    async def main() -> None:
        asked = asyncio.Event()

        async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if await reader.read(1):
                asked.set()

        async with serve(never) as url:
            client = AsyncClient(access_token=TOKEN, endpoint=url)
            start = time.monotonic()
            error = await way(client.delete("0125400001"), asked)
            assert time.monotonic() - start < SOON
        cause = our_cause(error)
        assert cause.maybe_deleted
        assert cause.attempts == 1
        assert cause.user_id == "0125400001"

    asyncio.run(main())


def test_what_is_cancelled_already_sends_nothing(sandbox: Sandbox) -> None:
    async def main() -> None:
        client = AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url)

        async def call() -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await client.delete("0125400001")

        with pytest.raises(asyncio.CancelledError) as caught:
            await asyncio.ensure_future(call())
        cause = our_cause(caught.value)
        assert (cause.attempts, cause.maybe_deleted) == (0, False)

    asyncio.run(main())
    assert sandbox.requests == []


def test_a_second_cancel_changes_nothing(silent: Silent) -> None:
    async def main() -> None:
        client = AsyncClient(access_token=TOKEN, endpoint=silent.url)
        task = asyncio.ensure_future(client.delete("0125400001"))
        await asyncio.get_running_loop().run_in_executor(None, silent.wait_until_asked)
        task.cancel("first")
        await asyncio.sleep(0)
        task.cancel("second")
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert our_cause(caught.value).attempts == 1

    asyncio.run(main())


def test_calls_in_the_queue_end_at_once_when_they_are_cancelled(silent: Silent) -> None:
    """More calls than there are threads; those that wait send nothing, whoever ends first."""

    async def main() -> None:
        client = AsyncClient(access_token=TOKEN, endpoint=silent.url, rate=None)
        tasks = [asyncio.ensure_future(client.delete(f"01{n:04}")) for n in range(2_000)]
        loop = asyncio.get_running_loop()
        for _ in range(64):
            await loop.run_in_executor(None, silent.wait_until_asked)
        start = time.monotonic()
        # A TaskGroup has no order: at worst the next in line is the last.
        for task in tasks[:64] + tasks[:63:-1]:
            task.cancel()
        sent = []
        for task in tasks:
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            sent.append(our_cause(caught.value).attempts)
        assert time.monotonic() - start < SOON
        assert sorted(sent) == [0] * 1_936 + [1] * 64

    asyncio.run(main())


def test_one_client_serves_several_loops(sandbox: Sandbox) -> None:
    client = AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url)
    for number in range(3):
        asyncio.run(client.delete(f"012540000{number}"))
    assert len(sandbox.deleted) == 3


class Blind(asyncio.SelectorEventLoop):
    """Watches no sockets for others, as the default loop of Windows."""

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> None:  # type: ignore[override]
        raise NotImplementedError


def test_a_loop_that_watches_no_sockets(sandbox: Sandbox) -> None:
    before = set(threading.enumerate())
    client = AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url)

    async def main() -> None:
        ids = [f"012540000{number}" for number in range(6)]
        one, two = await asyncio.gather(*map(client.delete, ids[:2]))
        assert (one.status, two.status) == ("deleted", "deleted")
        assert [item.user_id async for item in client.delete_many(ids[2:], concurrency=1)] == ids[
            2:
        ]

    loop = Blind()
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
    assert len(sandbox.deleted) == 6
    # The thread that watches beside it ends with it.
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_closed_loop_leaves_no_sockets(sandbox: Sandbox) -> None:
    code = """
import asyncio, os, sys, time
from dingtalk_extcontact import AsyncClient
client = AsyncClient(access_token=sys.argv[2], endpoint=sys.argv[1])
count = lambda: len(os.listdir("/proc/self/fd"))
before = count()
for number in range(5):
    asyncio.run(client.delete(f"012540000{number}"))
# The thread of the pool may be a moment away from letting go of the last ones.
limit = time.monotonic() + 5
while count() > before + 1 and time.monotonic() < limit:
    time.sleep(0.001)
print(count() - before)
"""
    # The client keeps its connection.
    assert run(code, sandbox.url, sandbox.access_token) == "1\n"


def test_a_loop_that_is_closed_meanwhile_does_no_harm(silent: Silent) -> None:
    code = """
import asyncio, sys, threading
from dingtalk_extcontact import AsyncClient
client = AsyncClient(access_token="token", endpoint=sys.argv[1])
loop = asyncio.new_event_loop()
task = loop.create_task(client.delete("0125400001"))
loop.call_soon(lambda: print("started"))
loop.run_until_complete(loop.run_in_executor(None, sys.stdin.readline))
task._log_destroy_pending = False
loop.close()
print("closed")
sys.stdin.readline()
del task
asyncio.run(client.delete("0125400002"))
print("end")
"""
    with child(code, silent.url) as process:
        assert process.stdin is not None
        silent.wait_until_asked()
        process.stdin.write("close it\n")
        process.stdin.flush()
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        assert process.stdout.readline() == "closed\n"
        # The call ends, and finds nobody to tell.
        silent.answer.set()
        out, err = process.communicate("go on\n", timeout=30)
        assert (process.returncode, err) == (0, "")
        assert out == "end\n"


def test_a_program_may_end_right_after_its_last_call(sandbox: Sandbox) -> None:
    """A thread of the pool is still on its way out of the interpreter then."""
    code = """
import asyncio, sys
from dingtalk_extcontact import AsyncClient
client = AsyncClient(access_token=sys.argv[2], endpoint=sys.argv[1])
asyncio.run(client.delete("0199", missing_ok=True))
"""
    for _ in range(20):
        assert run(code, sandbox.url, sandbox.access_token) == ""


def test_an_interpreter_that_ends_waits_for_no_call(silent: Silent) -> None:
    code = """
import asyncio, logging, sys
from dingtalk_extcontact import AsyncClient
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(message)s")
client = AsyncClient(access_token="token", endpoint=sys.argv[1])
loop = asyncio.new_event_loop()
task = loop.create_task(client.delete("0125400001"))
task._log_destroy_pending = False
loop.run_until_complete(loop.run_in_executor(None, sys.stdin.readline))
"""
    with child(code, silent.url) as process:
        silent.wait_until_asked()
        start = time.monotonic()
        _, err = process.communicate("end\n", timeout=30)
        assert (process.returncode, err) == (0, "")
        assert time.monotonic() - start < SOON


def test_ctrl_c_in_asyncio_run_tells_what_is_known(silent: Silent) -> None:
    code = """
import asyncio, sys
from dingtalk_extcontact import AsyncClient

async def main():
    client = AsyncClient(access_token="token", endpoint=sys.argv[1])
    try:
        await client.delete("0125400001")
    except asyncio.CancelledError as error:
        print(error.__cause__.kind, error.__cause__.maybe_deleted)
        raise

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""
    import signal

    with child(code, silent.url) as process:
        silent.wait_until_asked()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (out, err) == ("cancelled True\ninterrupted\n", "")


def test_neither_asyncio_nor_its_executor_is_used_by_the_pool(sandbox: Sandbox) -> None:
    code = """
import sys
from dingtalk_extcontact import Client
Client(access_token=sys.argv[2], endpoint=sys.argv[1]).delete("0125400001")
print(sorted(name for name in sys.modules if name.split(".")[0] in ("asyncio", "concurrent")))
"""
    assert run(code, sandbox.url, sandbox.access_token) == "[]\n"


def test_nothing_is_kept_alive_by_a_call(sandbox: Sandbox) -> None:
    """Neither outcome nor error hangs in a cycle that waits for the collector."""
    import gc
    import weakref

    errors: list[Any] = []

    async def main() -> None:
        client = AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url)
        try:
            await client.delete("0199")
        except InvalidUserIdError as error:
            errors.append(weakref.ref(error))

    gc.disable()
    try:
        asyncio.run(main())
        # The thread of the pool may be a moment away from letting go of it.
        limit = time.monotonic() + SOON
        while errors[0]() is not None and time.monotonic() < limit:
            time.sleep(0.001)
        assert errors[0]() is None
    finally:
        gc.enable()


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_two_thousand_calls_wait_for_their_turn_without_a_thread() -> None:
    """In a process of its own: an idle thread of another test lives on for a while."""
    out = run("""if True:
        import asyncio, os, time
        from dingtalk_extcontact import AsyncClient
        from dingtalk_extcontact.testing import Sandbox

        def name(task):
            try:
                return open(f"/proc/self/task/{task}/comm").read().strip()
            except (FileNotFoundError, ProcessLookupError):
                return None

        def threads():
            start = time.monotonic()
            while True:
                names = [name(task) for task in os.listdir("/proc/self/task")]
                calling, waking = names.count("dingtalk-call"), names.count("dingtalk-timer")
                # A thread has the name of the one that started it, until it gives itself its own.
                if waking <= 1 or time.monotonic() - start > 1:
                    return calling, waking

        async def main(sandbox):
            place = {"access_token": sandbox.access_token, "endpoint": sandbox.url}
            rated, unlimited = AsyncClient(**place, rate=20), AsyncClient(**place, rate=None)
            async with rated as client, unlimited as other:
                calls = [asyncio.ensure_future(client.delete(id)) for id in sandbox.contacts]
                while sum(call.done() for call in calls) < 60:
                    await asyncio.wait(calls, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
                    calling, waking = threads()
                    # A call may take over a second on a busy machine; twenty more begin then.
                    assert calling <= 40 and waking <= 1, (calling, waking)
                    await asyncio.sleep(0.01)
                before = sum(call.done() for call in calls)
                assert (await other.delete("0199", missing_ok=True)).status == "absent"
                assert sum(call.done() for call in calls) < before + 40
                for call in calls:
                    call.cancel()
                ended = await asyncio.gather(*calls, return_exceptions=True)
            cancelled = sum(isinstance(end, asyncio.CancelledError) for end in ended)
            assert cancelled > 1_500, cancelled
            assert len(sandbox.deleted) < 200, len(sandbox.deleted)

        with Sandbox(contacts=2_000, calls_per_second=None) as sandbox:
            asyncio.run(main(sandbox))
        print("ok")
    """)
    assert out.strip() == "ok"
