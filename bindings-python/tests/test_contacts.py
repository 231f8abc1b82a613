"""Reading: single records, all contacts page by page, and the backup of a batch."""

from __future__ import annotations

import asyncio
import json
import pickle
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import SOON, Silent, child
from dingtalk_extcontact import (
    AsyncClient,
    Client,
    Contact,
    InvalidArgumentError,
    InvalidUserIdError,
    PermissionDeniedError,
)
from dingtalk_extcontact.testing import Sandbox

TEXTS = {
    **{"name": "Jane Doe", "mobile": "2025550100", "state_code": "1", "title": "Buyer"},
    **{"company_name": "Acme Samples, Inc.", "email": "jane@acme.example"},
    **{"address": "Nowhere Street 1", "remark": "met at a fair", "follower_user_id": "0666"},
}
RECORD: dict[str, Any] = {
    **{"userid": "0125400001", **TEXTS, "label_ids": [1000007, 18446744073709551615]},
    **{"share_dept_ids": [7], "share_user_ids": ["0777"], "of_a_later_version": {"x": [1.5]}},
}


@pytest.fixture
def full() -> Iterator[Sandbox]:
    """One contact with all fields and one with none, among 250."""
    others = [f"01299{number:05}" for number in range(248)]
    contacts: list[Any] = [RECORD, {"userid": "0125400002", "name": ""}, *others]
    with Sandbox(contacts=contacts, calls_per_second=None) as sandbox:
        yield sandbox


def options(sandbox: Sandbox) -> dict[str, Any]:
    return {"access_token": sandbox.access_token, "endpoint": sandbox.url, "rate": None}


def test_a_record_has_named_fields_and_all_that_the_service_sent(full: Sandbox) -> None:
    with Client(**options(full)) as client:
        contact = client.get("0125400001")
        bare = client.get("0125400002", timeout=5)
    assert {name: getattr(contact, name) for name in TEXTS} == TEXTS
    assert contact.label_ids == ("1000007", "18446744073709551615")
    assert (contact.share_dept_ids, contact.share_user_ids) == (("7",), ("0777",))
    assert contact.record == RECORD
    assert [getattr(bare, name) for name in TEXTS] == [None] * len(TEXTS)
    assert bare.label_ids == ()
    assert bare.record == {"userid": "0125400002", "name": ""}
    assert repr(contact) == "<dingtalk_extcontact.Contact user_id='0125400001'>"
    assert pickle.loads(pickle.dumps(contact)) == contact != bare
    assert len({contact, bare}) == 2


def test_who_is_gone_has_no_record(sandbox: Sandbox) -> None:
    client = Client(**options(sandbox))
    client.delete("0125400001")
    with pytest.raises(InvalidUserIdError) as caught:
        client.get("0125400001")
    assert (caught.value.user_id, caught.value.code) == ("0125400001", "33012")
    for user_id in (125, None):
        with pytest.raises(TypeError, match="user_id must be str"):
            client.get(user_id)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="white space"):
        client.get("0125400001 ")
    sandbox.set_permission("qyapi_ext_read", False)
    with pytest.raises(PermissionDeniedError, match="qyapi_ext_read"):
        client.get("0125400002")


def test_each_contact_can_be_deleted_before_the_next_is_read(full: Sandbox) -> None:
    client = Client(**options(full))
    contacts = client.contacts()
    assert full.requests == []
    first = next(contacts)
    assert isinstance(first, Contact)
    assert len(full.requests) == 1
    for contact in (first, *contacts):
        client.delete(contact.user_id)
    assert full.contacts == []
    assert len(full.deleted) == 250
    with pytest.raises(TypeError, match="timeout must be a number"):
        client.contacts(timeout="1")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="timeout"):
        next(client.contacts(timeout=-1))


def test_contacts_are_awaited(full: Sandbox) -> None:
    async def main() -> None:
        async with AsyncClient(**options(full)) as client:
            assert (await client.get("0125400001")).record == RECORD
            with pytest.raises(InvalidUserIdError, match="0999"):
                await client.get("0999")
            with pytest.raises(TypeError, match="user_id must be str"):
                await client.get(125)  # type: ignore[arg-type]
            with pytest.raises(TypeError, match="timeout must be a number"):
                client.contacts(timeout="1")  # type: ignore[arg-type]
            async for contact in client.contacts(timeout=5):
                await client.delete(contact.user_id)
            full.set_permission("qyapi_ext_read", False)
            with pytest.raises(PermissionDeniedError):
                await client.contacts().__anext__()

    asyncio.run(main())
    assert full.contacts == []


def test_a_cancel_ends_what_reads(silent: Silent) -> None:
    async def main() -> None:
        client = AsyncClient(access_token="token", endpoint=silent.url)
        for reads in (client.get("0125400001"), client.contacts().__anext__()):
            task = asyncio.ensure_future(reads)
            await asyncio.get_running_loop().run_in_executor(None, silent.wait_until_asked)
            start = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - start < SOON

    asyncio.run(main())


READING = """
import sys
from dingtalk_extcontact import Client
client = Client(access_token="token", endpoint=sys.argv[1])
try:
    client.get("0125400001") if sys.argv[2] == "get" else next(client.contacts())
except KeyboardInterrupt as error:
    print(error.__cause__.kind, error.__cause__.maybe_deleted)
"""


@pytest.mark.parametrize("what", ["get", "contacts"])
def test_ctrl_c_ends_what_reads(silent: Silent, what: str) -> None:
    with child(READING, silent.url, what) as process:
        silent.wait_until_asked()
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert time.monotonic() - start < SOON
    assert (out, err) == ("cancelled False\n", "")


def test_a_backup_holds_each_record_before_its_deletion(full: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "backup.jsonl"
    with Client(**options(full)) as client:
        items = list(client.delete_many(["0125400001", "0999"], backup=path))
    assert {item.user_id for item in items if item.deletion} == {"0125400001"}

    async def main() -> None:
        async with AsyncClient(**options(full)) as client:
            async for item in client.delete_many(["0125400002"], backup=str(path)):
                assert item.deletion

    asyncio.run(main())
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [json.loads(line).get("record") for line in lines]
    assert RECORD in kept
    assert {"userid": "0125400002", "name": ""} in kept
    # Without its record no contact is deleted.
    full.set_permission("qyapi_ext_read", False)
    with Client(**options(full)) as client:
        (item,) = client.delete_many(["0129900001"], backup=path)
    assert isinstance(item.error, PermissionDeniedError)
    assert "0129900001" in full.contacts
    with pytest.raises(TypeError, match=r"backup must be str or os\.PathLike"):
        Client(**options(full)).delete_many([], backup=1)  # type: ignore[arg-type]
