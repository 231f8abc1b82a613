"""For type checkers only: what a user's program gets to know. Nobody runs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dingtalk_extcontact import (
    AsyncClient,
    AsyncDeleteMany,
    Check,
    CheckStep,
    Client,
    Contact,
    DeleteMany,
    Deletion,
    DingTalkError,
    InvalidArgumentError,
    Item,
    JournalEntry,
    Summary,
    read_journal,
)
from dingtalk_extcontact.testing import Request, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from typing import Literal

    from typing_extensions import assert_type


def blocking() -> None:
    with Client(access_token="t", rate=None, timeout=5, ca_file=Path("x")) as client:
        assert_type(client, Client)
        deletion = client.delete("0125", missing_ok=True, timeout=1.5)
    assert_type(deletion, Deletion)
    assert_type(deletion.status, Literal["deleted", "absent"])
    assert_type(deletion.request_id, "str | None")
    assert_type(Client.from_env(rate=5), Client)
    client.delete(125)  # type: ignore[arg-type]  # pyright: ignore
    client.delete("0125", retries=1)  # type: ignore[call-arg]  # pyright: ignore
    Client(tokn="t")  # type: ignore[call-arg]  # pyright: ignore
    Client(access_token=b"t")  # type: ignore[arg-type]  # pyright: ignore


def check(client: Client) -> None:
    check = client.check(write=True, timeout=1.5)
    assert_type(check, Check)
    step: CheckStep = check.steps[0]
    assert_type(step.error, "DingTalkError | None")


def read(client: Client) -> None:
    contact = client.get("0125", timeout=1.5)
    assert_type(contact, Contact)
    assert_type(contact.name, "str | None")
    assert_type(contact.label_ids, "tuple[str, ...]")
    for each in client.contacts():
        assert_type(each, Contact)
    client.get(125)  # type: ignore[arg-type]  # pyright: ignore
    client.get("0125", missing_ok=True)  # type: ignore[call-arg]  # pyright: ignore


def recorded() -> None:
    for entry in read_journal("a", Path("b")):
        assert_type(entry, JournalEntry)
        assert_type(entry.time, "datetime")
        assert_type(entry.code, "str | None")
        if entry.state == "gone":
            print(entry.request_id)
    read_journal(1)  # type: ignore[arg-type]  # pyright: ignore


async def awaited() -> None:
    async with AsyncClient(app_key="k", app_secret="s") as client:
        assert_type(client, AsyncClient)
        assert_type(await client.delete("0125"), Deletion)
        assert_type(await client.get("0125"), Contact)
        async for each in client.contacts(timeout=1):
            assert_type(each, Contact)
    assert_type(AsyncClient.from_env(), AsyncClient)
    AsyncClient(tokn="t")  # type: ignore[call-arg]  # pyright: ignore


def many(client: Client) -> None:
    with client.delete_many(["0125"], concurrency=2, journal=Path("x")) as items:
        assert_type(items, DeleteMany)
        for item in items:
            assert_type(item, Item)
            assert_type(item.deletion, "Deletion | None")
            assert_type(item.error, "DingTalkError | None")
            assert_type(item.time, datetime)
            assert_type(item.settled_before, bool)
        assert_type(items.summary, Summary)
        assert_type(items.summary.start, datetime)
    client.delete_many([125])  # type: ignore[list-item]  # pyright: ignore
    client.delete_many(["0125"], backup=Path("x"))
    client.delete_many(["0125"], backups="x")  # type: ignore[call-arg]  # pyright: ignore


async def awaited_many(client: AsyncClient, ids: AsyncIterator[str]) -> None:
    async with client.delete_many(ids) as items:
        assert_type(items, AsyncDeleteMany)
        async for item in items:
            assert_type(item, Item)
    client.delete_many({"0125"}, missing_ok=True, concurrency=None)
    client.delete_many([125])  # type: ignore[list-item]  # pyright: ignore


def errors(error: DingTalkError) -> None:
    assert_type(error.kind, str)
    assert_type(error.retry_after, "float | None")
    assert_type(error.maybe_deleted, bool)
    if isinstance(error, InvalidArgumentError):
        value: ValueError = error
        assert_type(value.args, "tuple[object, ...]")  # type: ignore[assert-type]  # pyright: ignore


def sandboxes() -> None:
    with Sandbox(contacts=["0125", {"userid": "1"}], calls_per_second=None) as sandbox:
        assert_type(sandbox.deleted, "list[str]")
        request: Request = sandbox.requests[0]
        assert_type(request.query, "dict[str, str]")
