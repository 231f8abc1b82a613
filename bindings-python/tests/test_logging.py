"""Log records: under one name, without secrets, at no cost where nobody listens."""

from __future__ import annotations

import asyncio
import logging

import pytest

from conftest import run
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
    assert records[1].getMessage() == "contact 0125400001: deleted after 2 requests"
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
    assert records[-1].getMessage() == "contact 100%s %d: deleted after 1 requests"


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
