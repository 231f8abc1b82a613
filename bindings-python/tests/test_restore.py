"""Contacts that are created again."""

from __future__ import annotations

import asyncio
import pickle
import signal
import threading

import pytest

from dingtalk_extcontact import (
    ApiError,
    AsyncClient,
    CallCancelledError,
    Client,
    InvalidArgumentError,
    PermissionDeniedError,
    Restoration,
)
from dingtalk_extcontact.testing import Sandbox

RECORD = {
    "userid": "0125400077",
    "name": "Erika Mustermann",
    "mobile": "17139200001",
    "state_code": "49",
    "follower_user_id": "manager1",
    "label_ids": [1000001],
    "email": "erika@example.org",
}


def client_of(sandbox: Sandbox) -> Client:
    return Client(access_token=sandbox.access_token, endpoint=sandbox.url)


def creations(sandbox: Sandbox) -> int:
    return sum(request.path.endswith("/create") for request in sandbox.requests)


def test_a_contact_comes_back_under_a_new_id_and_once(sandbox: Sandbox) -> None:
    sandbox.add_contact(RECORD)
    with client_of(sandbox) as client:
        record = client.get("0125400077").record
        assert client.restore(record).status == "still_there"
        client.delete("0125400077")
        restored = client.restore(record, timeout=10)
        assert isinstance(restored, Restoration)
        assert (restored.status, restored.old_user_id) == ("created", "0125400077")
        assert restored.user_id is not None
        assert restored.user_id in sandbox.contacts
        assert client.get(restored.user_id).name == "Erika Mustermann"
        with pytest.raises(ApiError) as raised:
            client.restore(record)
        assert raised.value.code == "22005"
    assert pickle.loads(pickle.dumps(restored)) == restored
    assert creations(sandbox) == 2


def test_what_may_be_created_is_looked_for(sandbox: Sandbox) -> None:
    with client_of(sandbox) as client:
        sandbox.faults("lost-reply=1;on=create")
        restored = client.restore(RECORD)
        assert (restored.status, restored.user_id, restored.attempts) == ("may_be_created", None, 1)
        assert restored.problem
        assert creations(sandbox) == 1
        sandbox.faults("")
        again = client.restore(RECORD, look_first=True)
        assert again.status == "created"
        assert again.user_id in sandbox.contacts


def test_what_cannot_be_restored_is_refused(sandbox: Sandbox) -> None:
    with client_of(sandbox) as client:
        with pytest.raises(InvalidArgumentError, match="has no labels"):
            client.restore({**RECORD, "label_ids": []})
        with pytest.raises(TypeError, match="mapping"):
            client.restore("0125400077")  # type: ignore[arg-type]  # pyright: ignore
        assert not sandbox.requests
        sandbox.set_permission("qyapi_ext_read", False)
        with pytest.raises(PermissionDeniedError, match="qyapi_ext_read"):
            client.restore(RECORD)
    assert creations(sandbox) == 0


def test_awaited(sandbox: Sandbox) -> None:
    async def main() -> None:
        async with AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url) as client:
            restored = await client.restore(RECORD)
            assert restored.status == "created"
            with pytest.raises(ApiError):
                await client.restore(RECORD)
            sandbox.faults("delay=1@60s;on=create")
            other = {**RECORD, "userid": "0125400078", "mobile": "17139200002"}
            before = len(sandbox.requests)
            task = asyncio.ensure_future(client.restore(other))
            while len(sandbox.requests) < before + 2:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
            cause = cancelled.value.__cause__
            assert isinstance(cause, CallCancelledError)
            assert "may be created" in str(cause)

    asyncio.run(main())


def test_an_interrupt_says_whether_it_may_be_created(sandbox: Sandbox) -> None:
    sandbox.faults("delay=1@60s;on=create")

    def interrupt() -> None:
        assert sandbox.wait_for_requests(2, timeout=60)
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    with client_of(sandbox) as client:
        thread.start()
        with pytest.raises(KeyboardInterrupt) as interrupted:
            client.restore(RECORD)
    thread.join()
    assert isinstance(interrupted.value.__cause__, CallCancelledError)
    assert "may be created" in str(interrupted.value.__cause__)
