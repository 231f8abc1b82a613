"""A DingTalk to try against, for your own tests.

    from dingtalk_extcontact import Client
    from dingtalk_extcontact.testing import Sandbox

    with Sandbox(contacts=["0125400001"]) as sandbox:
        client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
        client.delete("0125400001")
        assert sandbox.deleted == ["0125400001"]

With pytest the fixture ``dingtalk_sandbox`` is one, made anew for each test; the marker
``@pytest.mark.dingtalk_sandbox(...)`` gives it the options of ``Sandbox``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, final

from ._native import Sandbox as _Native

__all__ = ["Request", "Sandbox"]


@final
@dataclass(frozen=True, repr=False)
class Request:
    """A request that a sandbox has seen."""

    method: str
    """POST or GET."""
    path: str
    """The path, without the query."""
    query: dict[str, str]
    """The query, decoded; it holds the access token."""
    form: dict[str, str]
    """The body, decoded as a form."""
    headers: list[tuple[str, str]]
    """Names and values in the order of sending."""
    body: bytes
    """The body as it came."""
    connection: int
    """The number of the connection that it came on, from 1."""

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path} {self.form}>"


def _record(contact: str | Mapping[str, object]) -> Mapping[str, object]:
    return {"userid": contact} if isinstance(contact, str) else contact


@final
class Sandbox:
    """A DingTalk to try against, on 127.0.0.1: contacts, tokens, limits, and faults on demand.

    Use it in a with statement. It knows one organisation with one app.

    :param contacts: how many made-up contacts (the default: 20), or an iterable of userids
        or of records (dicts with at least userid)
    :param seed: of the made-up contacts, credentials, tokens and request ids
    :param app_key: the app's key; made up unless given
    :param app_secret: the app's secret; made up unless given
    :param token_life: seconds that a token lives
    :param calls_per_second: the app's limit for each API (the default: 20); None: none
    :param latency: seconds that each call takes before it is worked on
    :param faults: what goes wrong; see the method faults
    :param port: any free one unless given
    """

    def __init__(
        self,
        *,
        contacts: int | Iterable[str | Mapping[str, object]] | None = 20,
        seed: int | None = 1,
        app_key: str | None = None,
        app_secret: str | None = None,
        token_life: float | None = 7200.0,
        calls_per_second: int | None = 20,
        latency: float | None = 0.0,
        faults: str | None = "",
        port: int | None = 0,
    ) -> None:
        if contacts is not None and not isinstance(contacts, int):
            contacts = [_record(contact) for contact in contacts]
        options = {
            **{"contacts": contacts, "seed": seed, "app_key": app_key, "app_secret": app_secret},
            **{"token_life": token_life, "latency": latency, "faults": faults, "port": port},
        }
        given = {name: value for name, value in options.items() if value is not None}
        self._native = _Native(json.dumps({**given, "calls_per_second": calls_per_second}))

    def _ask(self, name: str, argument: object = None) -> Any:
        return self._native.ask(name, json.dumps(argument))

    @property
    def url(self) -> str:
        """The base URL: the option endpoint of a client."""
        return str(self._ask("url"))

    @property
    def access_token(self) -> str:
        """A token that is valid now."""
        return str(self._ask("access_token"))

    @property
    def app_key(self) -> str:
        """The key of the app."""
        return str(self._ask("app_key"))

    @property
    def app_secret(self) -> str:
        """The secret of the app."""
        return str(self._ask("app_secret"))

    @property
    def contacts(self) -> list[str]:
        """The userids of the contacts that are left."""
        return list(self._ask("contacts"))

    @property
    def created(self) -> list[str]:
        """The userids that calls have created, in order."""
        return list(self._ask("created"))

    @property
    def deleted(self) -> list[str]:
        """The userids that calls have deleted, in order."""
        return list(self._ask("deleted"))

    @property
    def requests(self) -> list[Request]:
        """The requests that have come, in order."""
        requests: list[dict[str, Any]] = self._ask("requests")
        for request in requests:
            request["headers"] = [(name, value) for name, value in request["headers"]]
            request["body"] = bytes(request["body"])
        return [Request(**request) for request in requests]

    def wait_for_requests(self, count: int, timeout: float) -> bool:
        """Waits until so many requests have come since the start; whether they have.

        It waits for timeout seconds at most.
        """
        return bool(self._ask("wait_for_requests", {"count": count, "timeout": timeout}))

    def add_contact(self, contact: str | Mapping[str, object]) -> None:
        """Adds a contact, a userid or a record, as if somebody else had created it."""
        self._ask("add_contact", _record(contact))

    def remove_contact(self, user_id: str) -> bool:
        """Takes a contact away, as if somebody else had deleted it; whether it was there."""
        return bool(self._ask("remove_contact", user_id))

    def faults(self, faults: str) -> None:
        """Sets what goes wrong from now on: faults by name, how often, and a seed.

        For example 'lost-reply=first=1' or 'delay=50ms..200ms,http-502=0.1;seed=7'; an empty
        text ends them all. A name that is none is answered with the list of names.
        """
        self._ask("faults", faults)

    def expire_tokens(self) -> None:
        """Ends the life of every token that was handed out."""
        self._ask("expire_tokens")

    def refuse_tokens(self, refuse: bool = True) -> None:
        """Hands tokens out as ever, but refuses them when they are used (or no longer so)."""
        self._ask("refuse_tokens", refuse)

    def revoke_app(self) -> None:
        """Ends the app: its token is refused, and so are its credentials."""
        self._ask("revoke_app")

    def set_permission(
        self, scope: Literal["qyapi_ext_read", "qyapi_ext_write"], granted: bool
    ) -> None:
        """Grants or takes away a permission point: 'qyapi_ext_read' or 'qyapi_ext_write'."""
        self._ask("set_permission", {"scope": scope, "granted": granted})

    def set_ip_allowed(self, allowed: bool) -> None:
        """Puts the caller's IP on the app's white list or takes it off."""
        self._ask("set_ip_allowed", allowed)

    def block_ip(self) -> None:
        """Blocks the caller's IP for 300 s, or until unblock_ip."""
        self._ask("block_ip")

    def unblock_ip(self) -> None:
        """Ends a block at once."""
        self._ask("unblock_ip")

    def close(self) -> None:
        """Ends it, and closes all connections. Doing it again does nothing."""
        self._native.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        try:
            state = self.url
        except RuntimeError:
            state = "closed"
        return f"<dingtalk_extcontact.testing.Sandbox {state}>"
