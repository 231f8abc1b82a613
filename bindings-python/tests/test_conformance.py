"""The conformance cases through the public API, blocking and awaited, each a named test."""

from __future__ import annotations

import _thread
import asyncio
import functools
import logging
import operator
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest

import judge
from dingtalk_extcontact import AsyncClient, CallCancelledError, Client, Deletion, DingTalkError


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("case", judge.names())


def arguments(call: dict[str, Any]) -> dict[str, Any]:
    return {name: call[name] for name in ("timeout", "missing_ok") if name in call}


def texts_of(outcome: Deletion | DingTalkError) -> list[str]:
    texts = [repr(outcome), str(outcome), pickle.dumps(outcome, 0).decode("latin-1")]
    if isinstance(outcome, DingTalkError):
        texts += traceback.format_exception(type(outcome), outcome, outcome.__traceback__)
    return texts


def finish(
    asked: judge.Judge,
    outcomes: list[Deletion | DingTalkError],
    texts: list[str],
    records: list[logging.LogRecord],
) -> None:
    assert {record.name for record in records} <= {"dingtalk_extcontact"}
    texts += [record.getMessage() for record in records]
    texts += [text for outcome in outcomes for text in texts_of(outcome)]
    answer = asked.ask(op="finish", outcomes=[each.to_dict() for each in outcomes], texts=texts)
    asked.close()
    assert answer["ok"], "\n".join(answer["differences"])


def our_cause(error: BaseException) -> DingTalkError:
    """An interrupt passes through unchanged, with our error behind it."""
    inner = error.__cause__ or error.__context__
    while isinstance(inner, asyncio.CancelledError):
        # Before Python 3.11 who awaits a task gets a CancelledError around the task's own.
        inner = inner.__cause__ or inner.__context__
    assert isinstance(inner, CallCancelledError), repr(error)
    return inner


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def delete(client: Client, call: dict[str, Any]) -> Deletion | DingTalkError:
    """One call; it is cancelled as people do it: by Ctrl-C."""
    before = call.get("cancel") == "before"
    timer = threading.Timer(0 if before else call.get("cancel", 0), interrupt)
    try:
        if before:
            return delete_interrupted_before(client, call)
        if "cancel" in call:
            timer.start()
        return client.delete(call["user_id"], **arguments(call))
    except KeyboardInterrupt as error:
        return our_cause(error)
    except DingTalkError as error:
        return error
    finally:
        # Ctrl-C after a call is none of the call's.
        timer.cancel()


def delete_interrupted_before(client: Client, call: dict[str, Any]) -> Deletion:
    """A signal that has come, but whose handler has not run when the call begins."""
    make = functools.partial(client.delete, call["user_id"], **arguments(call))
    steps: list[Callable[[], Any]] = [_thread.interrupt_main, make]
    # Between the two no bytecode runs, so that no handler can.
    _, deletion = map(operator.methodcaller("__call__"), steps)
    assert isinstance(deletion, Deletion)
    return deletion


def test_sync(case: str, records: list[logging.LogRecord]) -> None:
    asked = judge.Judge()
    given = asked.ask(op="start", case=case)
    outcomes: list[Deletion | DingTalkError] = []
    texts: list[str] = []
    try:
        client = Client(**given["options"])
    except DingTalkError as error:
        outcomes.append(error)
    else:
        for call in given["calls"]:
            if "set_access_token" in call:
                client.set_access_token(call["set_access_token"])
            if call.get("close"):
                client.close()
            outcomes.append(delete(client, call))
        texts.append(repr(client))
    finish(asked, outcomes, texts, records)


async def delete_awaited(client: AsyncClient, call: dict[str, Any]) -> Deletion | DingTalkError:
    """One call; it is cancelled as people do it: by cancelling its task."""
    loop = asyncio.get_running_loop()

    async def make() -> Deletion:
        task = asyncio.current_task()
        assert task is not None
        if call.get("cancel") == "before":
            task.cancel()
        elif "cancel" in call:
            loop.call_later(call["cancel"], task.cancel)
        return await client.delete(call["user_id"], **arguments(call))

    try:
        return await asyncio.ensure_future(make())
    except asyncio.CancelledError as error:
        return our_cause(error)
    except DingTalkError as error:
        return error


def test_async(case: str, records: list[logging.LogRecord]) -> None:
    asked = judge.Judge()
    given = asked.ask(op="start", case=case)
    outcomes: list[Deletion | DingTalkError] = []
    texts: list[str] = []

    async def main() -> None:
        try:
            client = AsyncClient(**given["options"])
        except DingTalkError as error:
            outcomes.append(error)
            return
        for call in given["calls"]:
            if "set_access_token" in call:
                client.set_access_token(call["set_access_token"])
            if call.get("close"):
                await client.close()
            outcomes.append(await delete_awaited(client, call))
        texts.append(repr(client))

    asyncio.run(main())
    finish(asked, outcomes, texts, records)
