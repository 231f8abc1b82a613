"""delete_many: items, bad input, early ends, interrupts, the journal; blocking and awaited."""

from __future__ import annotations

import asyncio
import datetime
import gc
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import SOON, Silent, child, run
from dingtalk_extcontact import (
    AsyncClient,
    AsyncDeleteMany,
    Client,
    DeleteMany,
    Deletion,
    InvalidArgumentError,
    InvalidUserIdError,
    Item,
    JournalError,
    Summary,
)
from dingtalk_extcontact.testing import Sandbox

TOKEN = "token-1234"


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(access_token=sandbox.access_token, endpoint=sandbox.url, rate=None)


def blocking(place: tuple[str, str], ids: Iterable[Any], **options: Any) -> tuple[Any, ...]:
    """Items, summary and what was raised, by Client."""
    client = Client(endpoint=place[0], access_token=place[1], rate=None)
    items, raised, all_of_them = client.delete_many(ids, **options), None, []
    try:
        for item in items:
            all_of_them.append(item)
    except Exception as error:
        raised = error
    return all_of_them, items.summary, raised


def awaited(place: tuple[str, str], ids: Iterable[Any], **options: Any) -> tuple[Any, ...]:
    """The same by AsyncClient, from an iterable."""
    return asyncio.run(_awaited(place, ids, **options))


def awaited_from_async(place: tuple[str, str], ids: Iterable[Any], **options: Any) -> Any:
    """The same by AsyncClient, from an async iterable."""

    async def source() -> AsyncIterator[Any]:
        for user_id in ids:
            yield user_id

    return asyncio.run(_awaited(place, source(), **options))


async def _awaited(place: tuple[str, str], ids: Any, **options: Any) -> tuple[Any, ...]:
    client = AsyncClient(endpoint=place[0], access_token=place[1], rate=None)
    items, raised, all_of_them = client.delete_many(ids, **options), None, []
    try:
        async for item in items:
            all_of_them.append(item)
    except Exception as error:
        raised = error
    return all_of_them, items.summary, raised


ways = pytest.mark.parametrize("way", [blocking, awaited, awaited_from_async])


def place(sandbox: Sandbox) -> tuple[str, str]:
    return sandbox.url, sandbox.access_token


@ways
def test_an_item_for_each_id(way: Any, sandbox: Sandbox) -> None:
    contacts = sandbox.contacts
    items, summary, raised = way(place(sandbox), [*contacts, "0199", contacts[0], " "])
    assert raised is None
    by_id = {item.user_id: item for item in items}
    assert len(items) == len(by_id) == 12
    for user_id in contacts:
        item = by_id[user_id]
        assert item.deletion.status == "deleted"
        assert (item.error, item.not_attempted) == (None, False)
        assert summary.start <= item.time <= summary.end
        assert item.settled_before is False
    assert isinstance(by_id["0199"].error, InvalidUserIdError)
    assert isinstance(by_id[" "].error, InvalidArgumentError)
    assert by_id["0199"].deletion is None
    numbers = (summary.deleted, summary.absent, summary.maybe_deleted, summary.failed)
    assert (*numbers, summary.not_attempted) == (10, 0, 0, 2, 0)
    assert (summary.repeated, summary.calls, summary.settled_before) == (1, 11, 0)
    assert (summary.endpoint, summary.app_key, summary.stopped) == (sandbox.url, None, None)
    assert summary.start.tzinfo is datetime.timezone.utc
    assert summary.start <= summary.end
    assert sorted(sandbox.deleted) == contacts


@ways
def test_no_ids_and_missing_ok(way: Any, sandbox: Sandbox) -> None:
    items, summary, raised = way(place(sandbox), [])
    assert (items, summary.calls, raised) == ([], 0, None)
    items, summary, raised = way(place(sandbox), ["0199"], missing_ok=True, concurrency=1)
    assert (items[0].deletion.status, summary.absent, raised) == ("absent", 1, None)


@ways
def test_what_ids_raise_comes_out_unchanged_after_the_items(way: Any, sandbox: Sandbox) -> None:
    class Broken(Exception):
        pass

    broken = Broken("line 3")

    def ids() -> Iterator[str]:
        yield from sandbox.contacts[:3]
        raise broken

    items, summary, raised = way(place(sandbox), ids())
    assert raised is broken
    assert len(items) == 3
    assert all(item.not_attempted or item.deletion for item in items)
    assert summary.deleted + summary.not_attempted == 3
    assert len(sandbox.deleted) == summary.deleted
    assert summary.stopped


@ways
@pytest.mark.parametrize(
    ("wrong", "kind", "words"),
    [
        (125400009, TypeError, "user_id must be str, not int: a number has lost its leading zeros"),
        (b"0125", TypeError, "user_id must be str, not bytes"),
        (None, TypeError, "user_id must be str, not NoneType"),
        ("0125\ud800", InvalidArgumentError, "lone surrogate"),
    ],
)
def test_an_id_that_is_no_text(
    way: Any, wrong: Any, kind: type[Exception], words: str, sandbox: Sandbox
) -> None:
    items, summary, raised = way(place(sandbox), [sandbox.contacts[0], wrong, "0125400005"])
    assert isinstance(raised, kind)
    assert words in str(raised)
    assert [item.user_id for item in items] == ["0125400000"]
    assert summary.end is not None
    assert "0125400005" in sandbox.contacts


@pytest.mark.parametrize("client_class", [Client, AsyncClient])
def test_bad_options(client_class: type[Client], sandbox: Sandbox, tmp_path: Path) -> None:
    client = client_class(access_token=TOKEN, endpoint=sandbox.url)
    wrong: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"concurrency": 0}, InvalidArgumentError, "concurrency"),
        ({"concurrency": 65}, InvalidArgumentError, "concurrency"),
        ({"concurrency": 10**400}, InvalidArgumentError, "concurrency"),
        ({"concurrency": "8"}, TypeError, "concurrency must be int, not str"),
        ({"concurrency": True}, TypeError, "concurrency must be int, not bool"),
        ({"missing_ok": 1}, TypeError, "missing_ok must be bool, not int"),
        ({"journal": 3}, TypeError, "journal must be str or os.PathLike, not int"),
        ({"backups": "x"}, TypeError, "backups"),
        ({"backup": 3}, TypeError, "backup must be str or os.PathLike, not int"),
        ({"backup": tmp_path / "no" / "folder"}, JournalError, "backup"),
        ({"journal": tmp_path}, JournalError, "journal"),
        ({"journal": tmp_path / "no" / "folder"}, JournalError, "journal"),
    ]
    for options, kind, words in wrong:
        with pytest.raises(kind, match=words):
            client.delete_many(["0125400001"], **options)
    with pytest.raises(TypeError, match="not one str"):
        client.delete_many("0125400001")
    with pytest.raises(TypeError, match="int"):
        client.delete_many(125400001)  # type: ignore[arg-type]
    assert sandbox.requests == []


@ways
def test_a_second_run_calls_what_is_not_settled(way: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    contacts = sandbox.contacts
    way(place(sandbox), contacts[:4], journal=path)
    items, summary, raised = way(place(sandbox), contacts[:6], journal=str(path))
    assert raised is None
    assert len(items) == summary.deleted == 6
    assert (summary.settled_before, summary.calls) == (4, 2)
    assert sandbox.deleted.count(contacts[0]) == 1
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    times = {line["user_id"]: line["time"] for line in lines if line.get("status") == "deleted"}
    assert len(times) == 6
    for item in items:
        assert item.settled_before == (item.user_id in contacts[:4])
        in_utc = item.time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
        assert in_utc[:-3] + "Z" == times[item.user_id]
    with Sandbox() as other, pytest.raises(JournalError):
        Client(access_token="t", endpoint=other.url).delete_many([], journal=path)


@ways
def test_a_damaged_list_stops_unless_it_is_said_to_be_right(way: Any, sandbox: Sandbox) -> None:
    gone = [str(number) for number in range(1000, 1050)]
    _, summary, _ = way(place(sandbox), gone, concurrency=1)
    assert (summary.failed, summary.not_attempted) == (20, 30)
    assert "missing_ok=True or stop_on_missing=False" in summary.stopped
    for option in [{"missing_ok": True}, {"stop_on_missing": False}]:
        items, summary, _ = way(place(sandbox), gone, concurrency=1, **option)
        assert (len(items), summary.absent + summary.failed, summary.stopped) == (50, 50, None)


@ways
def test_a_refused_token_stops_the_batch(way: Any, sandbox: Sandbox) -> None:
    items, summary, raised = way((sandbox.url, "wrong"), map(str, range(1000, 1100)), concurrency=2)
    assert raised is None
    assert len(items) == 100
    assert summary.failed <= 2
    assert summary.not_attempted == sum(item.not_attempted for item in items) >= 98
    assert summary.stopped


def test_a_closed_client(sandbox: Sandbox) -> None:
    client = Client(access_token=TOKEN, endpoint=sandbox.url)
    client.close()
    (item,) = client.delete_many(["0125400001"])
    assert isinstance(item.error, InvalidArgumentError)
    assert sandbox.requests == []


def test_ids_are_taken_as_they_are_needed(client: Client, sandbox: Sandbox) -> None:
    taken = 0

    def ids() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield f"01254{taken:05}"

    items = client.delete_many(ids(), concurrency=2)
    for _ in range(5):
        next(items)
    assert taken <= 5 + 2 * 2
    items.close()
    left = list(items)
    assert taken == items.summary.deleted + items.summary.failed + items.summary.not_attempted
    assert taken == 5 + len(left)


@pytest.mark.parametrize("leave", ["break", "gone"])
def test_an_early_end_stops_and_what_is_under_way_is_recorded(
    leave: str, silent: Silent, tmp_path: Path
) -> None:
    path = tmp_path / "journal.jsonl"
    client = Client(access_token=TOKEN, endpoint=silent.url, rate=None)
    ids = iter(f"01{n:03}" for n in range(1000))
    items = client.delete_many(ids, concurrency=2, journal=path)

    def answer() -> None:
        silent.wait_until_asked()
        silent.answer.set()

    answers = threading.Thread(target=answer)
    answers.start()
    if leave == "break":
        with items:
            for _ in items:
                break
        assert items.summary.end is not None
        assert items.summary.deleted == path.read_text(encoding="utf-8").count('"deleted"')
    else:
        next(items)
        del items
    answers.join()
    assert next(ids) < "01006"
    # The journal is free, at the latest when the calls under way have ended.
    limit = time.monotonic() + SOON
    while True:
        try:
            client.delete_many([], journal=path).close()
            break
        except JournalError:
            assert leave == "gone"
            assert time.monotonic() < limit
    events = [json.loads(line).get("event") for line in path.read_text().splitlines()]
    assert events.count("announced") == events.count("ended") < 8


def test_stop_and_cancel_from_another_thread(silent: Silent) -> None:
    client = Client(access_token=TOKEN, endpoint=silent.url, rate=None)
    items = client.delete_many([f"01{n:03}" for n in range(10)], concurrency=2)

    def end() -> None:
        silent.wait_until_asked()
        silent.wait_until_asked()
        items.stop()
        items.cancel()

    thread = threading.Thread(target=end)
    thread.start()
    start = time.monotonic()
    all_of_them = list(items)
    assert time.monotonic() - start < SOON
    thread.join()
    cancelled = [item.error for item in all_of_them if item.error is not None]
    assert [(error.kind, error.maybe_deleted) for error in cancelled] == [("cancelled", True)] * 2
    assert (items.summary.maybe_deleted, items.summary.failed) == (2, 0)
    assert sum(item.not_attempted for item in all_of_them) == 8


def test_one_thread_iterates_at_a_time(silent: Silent) -> None:
    client = Client(access_token=TOKEN, endpoint=silent.url)
    items = client.delete_many(["0125400001"])
    seen: list[Item] = []
    thread = threading.Thread(target=lambda: seen.extend(items))
    thread.start()
    silent.wait_until_asked()
    with pytest.raises(ValueError, match="already being iterated"):
        next(items)
    assert items.summary.deleted == 0
    silent.answer.set()
    thread.join()
    assert seen[0].deletion

    def itself() -> Iterator[str]:
        yield next(inner).user_id

    inner = client.delete_many(itself())
    with pytest.raises(ValueError, match="already being iterated"):
        next(inner)


INTERRUPTED = """
import sys, time
from dingtalk_extcontact import Client
client = Client(access_token="token", endpoint=sys.argv[1], rate=None)
items = client.delete_many(map(str, range(1000, 9999)), concurrency=3, journal=sys.argv[2])
try:
    next(items)
except KeyboardInterrupt:
    took = time.time()
    text = open(sys.argv[2]).read()
    print(text.count('"cancelled"'), took)
rest = list(items)
print(sum(bool(item.error and item.error.maybe_deleted) for item in rest))
print(sum(item.not_attempted for item in rest), items.summary.end is not None)
"""


def test_ctrl_c_cancels_and_tells_what_was_under_way(silent: Silent, tmp_path: Path) -> None:
    with child(INTERRUPTED, silent.url, str(tmp_path / "journal.jsonl")) as process:
        for _ in range(3):
            silent.wait_until_asked()
        start = time.time()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
        first, *rest = out.splitlines()
        recorded, at = first.split()
        assert recorded == "3"
        assert float(at) - start < SOON
        assert rest == ["3", "3 True"]


def test_ctrl_c_in_the_generator_of_ids(silent: Silent) -> None:
    def ids() -> Iterator[str]:
        yield "0125400001"
        silent.wait_until_asked()
        raise KeyboardInterrupt

    items = Client(access_token=TOKEN, endpoint=silent.url).delete_many(ids())
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(items)
    assert time.monotonic() - start < SOON
    (item,) = items
    assert item.error is not None
    assert item.error.maybe_deleted


def test_ctrl_c_in_the_body_of_a_with_statement(silent: Silent) -> None:
    client = Client(access_token=TOKEN, endpoint=silent.url)
    items = client.delete_many(["0125400001", " "], concurrency=2)
    assert next(items).user_id == " "
    silent.wait_until_asked()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), items:
        raise KeyboardInterrupt
    assert time.monotonic() - start < SOON
    assert items.summary.end is not None
    (item,) = items
    assert item.error is not None
    assert item.error.maybe_deleted


def test_values(client: Client, sandbox: Sandbox) -> None:
    items = client.delete_many([sandbox.contacts[0], "0199"])
    all_of_them, summary = list(items), items.summary
    values: list[Any] = [*all_of_them, summary]
    for value in values:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            copy = pickle.loads(pickle.dumps(value, protocol))
            assert copy == value
            assert hash(copy) == hash(value)
        assert value != "something else"
        with pytest.raises(AttributeError):
            value.calls = value.user_id = "x"
    assert all_of_them[0] != all_of_them[1]
    deletion = Deletion("0125", "deleted", None, 1, False)
    time = summary.start
    item = Item("0125", deletion, None, False, time, False)
    assert repr(item) == (
        f"Item(user_id='0125', deletion={deletion!r}, error=None, not_attempted=False, "
        f"time={time!r}, settled_before=False)"
    )
    assert item != Item("0125", deletion, None, False, time, True)
    assert item != Item("0125", deletion, None, False, time + datetime.timedelta(seconds=1), False)
    assert item.__match_args__ == ("user_id", "deletion", "error", "not_attempted")
    assert repr(summary).startswith("Summary(deleted=1, absent=0, maybe_deleted=0, failed=1")
    assert isinstance(summary, Summary)
    assert eval(repr(summary), {"Summary": Summary, "datetime": datetime}) == summary
    assert repr(items) == f"<dingtalk_extcontact.DeleteMany {summary!r}>"
    assert isinstance(items, DeleteMany)


def test_plain_values_are_those_of_the_command(sandbox: Sandbox, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("0125400001\n0199\n", encoding="utf-8")
    place = {"DINGTALK_ACCESS_TOKEN": sandbox.access_token, "DINGTALK_ENDPOINT": sandbox.url}
    command = [sys.executable, "-m", "dingtalk_extcontact", "delete", "--json", "--yes"]
    told = subprocess.run(
        [*command, "--no-journal", "--file", str(ids)],
        env={**os.environ, **place},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = {line["user_id"]: line for line in map(json.loads, told.stdout.splitlines()[:2])}
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    items = client.delete_many(["0125400002", "0199"], concurrency=1)
    good, bad = (item.to_dict() for item in items)
    assert json.loads(json.dumps([good, bad])) == [good, bad]
    for mine, line in ((good, lines["0125400001"]), (bad, lines["0199"])):
        assert list(mine) == list(line)
        # Advice names options as each of them spells it.
        for name in set(mine) - {"user_id", "message", "advice", "request_id", "time"}:
            assert mine[name] == line[name], name
        assert len(mine["time"]) == len(line["time"])
    items.stop()
    summary = items.summary.to_dict()
    assert json.loads(json.dumps(summary)) == summary
    assert (summary["deleted"], summary["failed"], summary["calls"]) == (1, 1, 2)
    assert summary["start"] <= good["time"] <= summary["end"]
    assert "stopped" not in summary
    left = client.delete_many(["0125400003"])
    left.stop()
    (item,) = left
    assert {**item.to_dict(), "time": ""} == {
        **{"user_id": "0125400003", "status": "not_attempted"},
        **{"time": "", "settled_before": False},
    }


def test_a_batch_that_ended_says_nothing_when_it_goes(
    client: Client, sandbox: Sandbox, records: list[logging.LogRecord]
) -> None:
    with client.delete_many(sandbox.contacts) as items:
        assert len(list(items)) == 10
    assert items.summary.stopped is None
    del items
    gc.collect()
    assert not [record for record in records if record.levelno >= logging.WARNING]


def test_a_cycle_through_the_generator_is_collected(client: Client) -> None:
    gone: list[bool] = []
    held: dict[str, DeleteMany] = {}

    def ids(held: dict[str, DeleteMany]) -> Iterator[str]:
        try:
            while True:
                yield f"01{held['items'].summary.calls}"
        finally:
            gone.append(True)

    held["items"] = client.delete_many(ids(held), concurrency=1)
    next(held["items"], None)
    del held
    gc.collect()
    assert gone == [True]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_leaves_the_batch_alone(sandbox: Sandbox) -> None:
    code = """
import os, sys
from dingtalk_extcontact import Client
client = Client(access_token=sys.argv[2], endpoint=sys.argv[1])
items = client.delete_many(["0125400001", "0125400002"], concurrency=1)
next(items)
pid = os.fork()
if pid == 0:
    try:
        next(items)
    except RuntimeError as error:
        print(error, flush=True)
    del items
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
print(len(list(items)))
"""
    out = run(code, *place(sandbox), flags=("-Wignore",))
    assert out == "the batch runs in the process that forked\n1\n"


def test_memory_is_bounded(sandbox: Sandbox) -> None:
    code = """
import resource, sys
from dingtalk_extcontact import Client
client = Client(access_token="t", endpoint=sys.argv[1])
client.close()
count = sum(1 for _ in client.delete_many(f"01{n:08}" for n in range(int(sys.argv[2]))))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
    count, peak = run(code, sandbox.url, "50000").split()
    assert count == "50000"
    assert int(peak) < 128


def test_items_come_out_while_a_slow_source_is_awaited(sandbox: Sandbox) -> None:
    async def main() -> None:
        client = AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url)
        go_on = asyncio.Event()

        async def ids() -> AsyncIterator[str]:
            yield "0125400001"
            await go_on.wait()
            yield "0125400002"

        items = client.delete_many(ids())
        # The source gives nothing more before this item is out.
        assert (await items.__anext__()).user_id == "0125400001"
        go_on.set()
        assert [item.user_id async for item in items] == ["0125400002"]
        assert isinstance(items, AsyncDeleteMany)
        assert repr(items).startswith("<dingtalk_extcontact.AsyncDeleteMany Summary(deleted=2")

    asyncio.run(main())


def test_a_cancel_of_the_task_cancels_and_tells_what_was_under_way(silent: Silent) -> None:
    async def main() -> None:
        client = AsyncClient(access_token=TOKEN, endpoint=silent.url, rate=None)
        closed = asyncio.Event()

        async def ids() -> AsyncIterator[str]:
            try:
                yield "0125400001"
                yield "0125400002"
                await asyncio.Event().wait()
            finally:
                closed.set()

        items = client.delete_many(ids())
        task = asyncio.ensure_future(items.__anext__())
        loop = asyncio.get_running_loop()
        for _ in range(2):
            await loop.run_in_executor(None, silent.wait_until_asked)
        with pytest.raises(RuntimeError, match="already being iterated"):
            await items.__anext__()
        start = time.monotonic()
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - start < SOON
        await closed.wait()
        left = [item async for item in items]
        assert sorted(item.user_id for item in left) == ["0125400001", "0125400002"]
        for item in left:
            assert item.error is not None
            assert (item.error.kind, item.error.maybe_deleted) == ("cancelled", True)
        assert items.summary.end is not None

    asyncio.run(main())


def test_the_end_of_async_with_waits_for_what_is_under_way(silent: Silent, tmp_path: Path) -> None:
    async def main() -> None:
        client = AsyncClient(access_token=TOKEN, endpoint=silent.url, rate=None)
        path = tmp_path / "journal.jsonl"
        loop = asyncio.get_running_loop()

        async def ids() -> AsyncIterator[str]:
            yield " "
            yield "0125400001"
            await asyncio.Event().wait()

        async with client.delete_many(ids(), journal=path) as items:
            assert (await items.__anext__()).user_id == " "
            await loop.run_in_executor(None, silent.wait_until_asked)
            loop.call_soon(silent.answer.set)
        assert items.summary.deleted == 1
        assert items.summary.end is not None
        await client.delete_many([], journal=path).aclose()

    asyncio.run(main())


def test_an_async_iterator_that_is_gone_stops(silent: Silent) -> None:
    async def main() -> None:
        client = AsyncClient(access_token=TOKEN, endpoint=silent.url, rate=None)
        closed = asyncio.Event()

        async def ids() -> AsyncIterator[str]:
            try:
                yield " "
                await asyncio.Event().wait()
            finally:
                closed.set()

        async for item in client.delete_many(ids()):
            assert item.error is not None
            break
        await asyncio.wait_for(closed.wait(), SOON)

    asyncio.run(main())
