"""For type checkers only: what a user's program gets to know. Nobody runs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dingtalk_extcontact import AsyncClient, Client, Deletion, DingTalkError, InvalidArgumentError
from dingtalk_extcontact.testing import Request, Sandbox

if TYPE_CHECKING:
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


async def awaited() -> None:
    async with AsyncClient(app_key="k", app_secret="s") as client:
        assert_type(client, AsyncClient)
        assert_type(await client.delete("0125"), Deletion)
    assert_type(AsyncClient.from_env(), AsyncClient)
    AsyncClient(tokn="t")  # type: ignore[call-arg]  # pyright: ignore


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
