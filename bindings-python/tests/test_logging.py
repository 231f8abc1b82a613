"""Log records: under one name, without secrets, at no cost where nobody listens."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from typing import Any

import pytest

from conftest import ANSWER, Silent, http, run, serve
from dingtalk_extcontact import AsyncClient, Client, InvalidUserIdError
from dingtalk_extcontact.testing import Sandbox


def test_outcomes_and_attempts(sandbox: Sandbox, records: list[logging.LogRecord]) -> None:
    sandbox.faults("busy=first=1")
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    client.delete("0125400001")
    with pytest.raises(InvalidUserIdError) as caught:
        client.delete("0199")
    levels = [record.levelname for record in records]
    assert levels == ["DEBUG", "INFO", "DEBUG", "INFO"]
    assert {record.name for record in records} == {"dingtalk_extcontact"}
    text = records[1].getMessage()
    assert text.startswith("contact 0125400001: deleted, request id ")
    assert text.endswith(", 2 requests")
    assert records[3].getMessage() == caught.value.message
    # A record of a blocking call names the line that made the call.
    assert records[1].pathname == __file__


def test_awaited_calls_log_too(sandbox: Sandbox, records: list[logging.LogRecord]) -> None:
    client = AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url)
    asyncio.run(client.delete("0125400001"))
    assert [record.levelname for record in records] == ["INFO"]


def test_the_level_of_the_moment_counts(sandbox: Sandbox, records: list[logging.LogRecord]) -> None:
    logger = logging.getLogger("dingtalk_extcontact")
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    logger.setLevel(logging.WARNING)
    client.delete("0125400001")
    assert records == []
    logger.setLevel(logging.INFO)
    client.delete("0125400002")
    assert len(records) == 1
    logging.disable(logging.CRITICAL)
    try:
        client.delete("0125400003")
    finally:
        logging.disable(logging.NOTSET)
    assert len(records) == 1


def test_no_secret_at_any_level(sandbox: Sandbox, records: list[logging.LogRecord]) -> None:
    root = logging.getLogger()
    before = root.level
    root.setLevel(1)
    try:
        by_app = Client(
            app_key=sandbox.app_key, app_secret=sandbox.app_secret, endpoint=sandbox.url
        )
        by_app.delete("0125400001")
        sandbox.faults("html=first=1,truncated=first=2")
        by_app.delete("0125400002", missing_ok=True)
        sandbox.refuse_tokens()
        with pytest.raises(Exception, match="token"):
            by_app.delete("0125400003")
    finally:
        root.setLevel(before)
    assert records
    texts = [f"{record.getMessage()} {record.__dict__}" for record in records]
    for secret in (sandbox.app_secret, sandbox.access_token):
        assert not any(secret in text for text in texts)


def test_a_percent_sign_is_no_format(records: list[logging.LogRecord]) -> None:
    with Sandbox(contacts=["100%s %d"]) as sandbox:
        client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
        client.delete("100%s %d")
    assert records[-1].getMessage().startswith("contact 100%s %d: deleted, request id ")


def test_an_interrupt_in_a_log_handler_is_not_lost(sandbox: Sandbox) -> None:
    class Interrupting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise KeyboardInterrupt

    logger, handler = logging.getLogger("dingtalk_extcontact"), Interrupting()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.delete("0125400001")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    # The contact is gone, and the cause says so.
    assert sandbox.deleted == ["0125400001"]
    assert "deleted before the cancel" in str(caught.value.__cause__)


def test_who_does_not_log_loads_nothing_for_it(sandbox: Sandbox) -> None:
    code = """
import sys
from dingtalk_extcontact import Client
Client(access_token=sys.argv[2], endpoint=sys.argv[1]).delete("0125400001")
print("logging" in sys.modules)
"""
    assert run(code, sandbox.url, sandbox.access_token) == "False\n"


def test_records_have_fields_and_the_time_of_the_line(
    sandbox: Sandbox, records: list[logging.LogRecord]
) -> None:
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    before = time.time()
    deletion = client.delete("0125400001")
    with pytest.raises(InvalidUserIdError) as caught:
        client.delete("0199")
    good, attempt, bad = map(vars, records)
    assert (good["user_id"], good["kind"], good["request_id"]) == (
        *("0125400001", None),
        deletion.request_id,
    )
    for record in (attempt, bad):
        assert (record["user_id"], record["kind"]) == ("0199", "invalid_user_id")
        assert record["request_id"] == caught.value.request_id
    assert before <= good["created"] <= attempt["created"] <= bad["created"] <= time.time()
    assert abs(good["msecs"] - good["created"] % 1 * 1000) < 1
    assert 0 < bad["relativeCreated"] - good["relativeCreated"] < 60_000


def test_fields_of_the_program_stay(sandbox: Sandbox, records: list[logging.LogRecord]) -> None:
    """A factory of its own may give records the id of a web request."""
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    before = logging.getLogRecordFactory()

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = before(*args, **kwargs)
        record.kind, record.request_id = "web", "w1"
        return record

    logging.setLogRecordFactory(factory)
    try:
        deletion = client.delete("0125400001")
    finally:
        logging.setLogRecordFactory(before)
    (record,) = map(vars, records)
    assert (record["kind"], record["request_id"]) == ("web", deletion.request_id)


@pytest.mark.parametrize("awaited", [False, True])
def test_lines_of_a_batch_come_to_its_consumer(
    sandbox: Sandbox, records: list[logging.LogRecord], awaited: bool
) -> None:
    """In its thread, each before its item, in the order of writing."""
    ids = [f"01254{number:05}" for number in range(10)]
    options: Any = {"access_token": sandbox.access_token, "endpoint": sandbox.url, "rate": None}
    if awaited:

        async def consume() -> None:
            async for item in AsyncClient(**options).delete_many(ids, concurrency=4):
                assert item.user_id in [vars(record)["user_id"] for record in records]

        asyncio.run(consume())
    else:
        for item in Client(**options).delete_many(ids, concurrency=4):
            assert item.user_id in [vars(record)["user_id"] for record in records]
    assert sorted(vars(record)["user_id"] for record in records) == ids
    assert {record.thread for record in records} == {threading.get_ident()}
    times = [record.created for record in records]
    assert times == sorted(times)


def test_the_end_of_a_batch_comes_after_its_lines(
    sandbox: Sandbox, records: list[logging.LogRecord]
) -> None:
    sandbox.set_permission("qyapi_ext_write", False)
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url, rate=None)
    for _ in range(20):
        records.clear()
        assert [item.error for item in client.delete_many(["0125400001"])]
        warnings = [record.getMessage() for record in records if record.levelname == "WARNING"]
        assert len(warnings) == 1, warnings
        assert "the batch stops" in warnings[0]


def test_why_a_batch_stops_is_told_once(sandbox: Sandbox, records: list[logging.LogRecord]) -> None:
    """However many calls were under way and met the same."""
    sandbox.set_permission("qyapi_ext_write", False)
    sandbox.faults("delay=1@200ms")
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url, rate=None)
    items = list(client.delete_many([str(n) for n in range(8)]))
    assert sum(item.error is not None for item in items) > 1
    warnings = [record.getMessage() for record in records if record.levelname == "WARNING"]
    assert len(warnings) == 1, warnings


def test_a_line_comes_while_its_call_waits(records: list[logging.LogRecord]) -> None:
    """A batch that pauses, or a call that tries again, says so at once and not at its end."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for body in (b"<html>", None):
            while (await reader.readline()).strip():
                pass
            if body is None:
                while not records:
                    await asyncio.sleep(0.001)
                body = ANSWER
            writer.write(http(body))

    async def call() -> None:
        async with serve(answer) as url, AsyncClient(access_token="t", endpoint=url) as client:
            await client.delete("0125400001")
            assert [record.levelname for record in records] == ["DEBUG", "INFO"]

    asyncio.run(asyncio.wait_for(call(), 30))


def test_a_line_comes_while_a_batch_waits(
    silent: Silent, sandbox: Sandbox, records: list[logging.LogRecord]
) -> None:
    """What another batch wrote, here, as its consumer does nothing."""
    options: Any = {"access_token": sandbox.access_token, "endpoint": sandbox.url}
    other = Client(**options).delete_many(["0125400001"])
    waiting = Client(access_token="token", endpoint=silent.url).delete_many(["0125400002"])

    def work() -> None:
        silent.wait_until_asked()
        other._feed()
        while not records:
            pass
        silent.answer.set()

    thread = threading.Thread(target=work)
    thread.start()
    (item,) = waiting
    thread.join()
    assert item.deletion
    assert {vars(record)["user_id"] for record in records} == {"0125400001", "0125400002"}


@pytest.mark.parametrize("many", [True, False], ids=["many", "one by one"])
def test_a_handler_that_raises_costs_no_outcome_and_no_line(
    many: bool, sandbox: Sandbox, records: list[logging.LogRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise LookupError(vars(record)["user_id"])

    told: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda hook: told.append(str(hook.exc_value)))
    logger, handler = logging.getLogger("dingtalk_extcontact"), Broken()
    logger.addHandler(handler)
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url, rate=None)
    ids = [f"01254{number:05}" for number in range(10)]
    try:
        if many:
            deletions = [item.deletion for item in client.delete_many(ids)]
        else:
            deletions = [client.delete(user_id) for user_id in ids]
    finally:
        logger.removeHandler(handler)
    assert sorted(deletion.user_id for deletion in deletions if deletion) == ids
    assert sorted(vars(record)["user_id"] for record in records) == ids
    assert sorted(told) == ids


def test_an_interrupt_in_a_log_handler_ends_a_batch(
    sandbox: Sandbox, records: list[logging.LogRecord]
) -> None:
    class Interrupting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logger.removeHandler(self)
            raise KeyboardInterrupt

    logger = logging.getLogger("dingtalk_extcontact")
    logger.addHandler(Interrupting())
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url, rate=None)
    items = client.delete_many(f"01254{number:05}" for number in range(10))
    with pytest.raises(KeyboardInterrupt):
        list(items)
    # Nothing of what was deleted is lost, neither its item nor its line.
    assert {item.user_id for item in items if item.deletion} <= set(sandbox.deleted)
    client.close()
    told = {vars(record)["user_id"] for record in records if record.levelname == "INFO"}
    assert set(sandbox.deleted) <= told


def test_many_threads_and_loops_log_at_once(records: list[logging.LogRecord]) -> None:
    """No lock of ours is held where another one is waited for."""
    with Sandbox(contacts=[], calls_per_second=None) as sandbox:
        options: Any = {
            **{"access_token": sandbox.access_token, "endpoint": sandbox.url},
            **{"rate": None, "missing_ok": True},
        }

        async def awaited(part: list[str]) -> None:
            client = AsyncClient(**options)
            await asyncio.gather(*map(client.delete, part))
            async for _ in client.delete_many(part):
                pass

        def blocking(part: list[str]) -> None:
            client = Client(**options)
            for user_id in part:
                client.delete(user_id)
            for _ in client.delete_many(part):
                pass

        parts = [[f"{number}-{n}" for n in range(30)] for number in range(8)]
        works = [lambda part: asyncio.run(awaited(part)), blocking] * 4
        threads = [threading.Thread(target=work, args=[part]) for work, part in zip(works, parts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        Client(**options).close()
    told = [vars(record)["user_id"] for record in records if record.levelname == "INFO"]
    assert sorted(told) == sorted(user_id for part in parts for user_id in part * 2)
