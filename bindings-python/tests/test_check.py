"""What stands before anything is deleted."""

from __future__ import annotations

import asyncio
import json
import pickle
import socket

import pytest

from conftest import SOON, Silent
from dingtalk_extcontact import (
    AsyncClient,
    AuthenticationError,
    CallCancelledError,
    Check,
    CheckStep,
    Client,
    InvalidArgumentError,
    PermissionDeniedError,
)
from dingtalk_extcontact.testing import Sandbox


def step(check: Check, name: str) -> CheckStep:
    return next(step for step in check.steps if step.name == name)


def test_all_stands(sandbox: Sandbox) -> None:
    with Client(access_token=sandbox.access_token, endpoint=sandbox.url) as client:
        check = client.check()
        assert check.ok
        assert isinstance(check, Check)
        assert [step.name for step in check.steps][::10] == ["credentials", "write_permission"]
        assert step(check, "read_permission").status == "ok"
        assert step(check, "write_permission").status == "skipped"
        assert step(client.check(True, timeout=5), "write_permission").status == "ok"
        assert step(client.check(write=True), "write_permission").error is None
    assert not sandbox.deleted
    assert pickle.loads(pickle.dumps(check)) == check
    told = json.dumps(check.report)
    assert check.report["replies"][0]["http_status"] == 200
    assert sandbox.access_token not in told


def test_a_step_that_fails_raises_nothing(sandbox: Sandbox) -> None:
    with Client(access_token="stale", endpoint=sandbox.url, max_attempts=1) as client:
        token = step(client.check(write=True), "token")
    assert token.status == "failed"
    assert token.advice
    assert isinstance(token.error, AuthenticationError)
    assert token.error.code == "40014"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with Client(access_token="t", endpoint=endpoint) as client:
            check = client.check()
    assert not check.ok
    assert step(check, "connection").status == "failed"


def test_for_asyncio(sandbox: Sandbox) -> None:
    async def main() -> Check:
        async with AsyncClient(access_token=sandbox.access_token, endpoint=sandbox.url) as client:
            return await client.check(write=True)

    sandbox.set_permission("qyapi_ext_write", False)
    check = asyncio.run(main())
    error = step(check, "write_permission").error
    assert not check.ok
    assert isinstance(error, PermissionDeniedError)
    assert error.code == "60011"


def test_a_cancel_ends_it(silent: Silent) -> None:
    async def main() -> None:
        async with AsyncClient(access_token="t", endpoint=silent.url) as client:
            task = asyncio.ensure_future(client.check())
            await asyncio.get_running_loop().run_in_executor(None, silent.wait_until_asked)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as raised:
                await asyncio.wait_for(task, SOON)
            assert isinstance(raised.value.__cause__, CallCancelledError)

    asyncio.run(main())


def test_what_is_wrong_with_the_call_raises(sandbox: Sandbox) -> None:
    client = Client(access_token="t", endpoint=sandbox.url)
    with pytest.raises(TypeError):
        client.check("yes")  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(InvalidArgumentError, match="timeout"):
        client.check(timeout=0)
    client.close()
    with pytest.raises(InvalidArgumentError, match="client is closed"):
        client.check()
