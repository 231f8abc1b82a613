import os
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Literal, NoReturn, final

from typing_extensions import Self

from .errors import DingTalkError

__all__ = [
    "VERSION",
    "Client",
    "DeleteMany",
    "Deletion",
    "Item",
    "PendingCall",
    "Request",
    "Sandbox",
    "Summary",
    "command",
    "defaults",
    "fetch",
    "is_ending",
    "kinds",
    "pass_kept",
]

VERSION: Final[str]

def command(args: list[str | os.PathLike[str]]) -> int:
    """Runs the command; args begin with the program's name."""

def defaults() -> dict[str, str | float | None]:
    """The defaults of options, by name; None where it is nothing."""

def fetch() -> None:
    """Hands on what threads of the pool left, as the interpreter is ending."""

def is_ending() -> bool:
    """Whether the interpreter has begun to end, so that threads of the pool stay out."""

def pass_kept() -> None:
    """Passes on what the pool's threads wrote.

    What a handler raises is not the fault of who passes it on, and is reported as
    unraisable; but an interrupt comes out.
    """

def kinds() -> list[str]:
    """The names of all kinds of errors."""

@final
class Client:
    """Deletes external contacts of a DingTalk organisation.

    A client keeps its connections and its token, so make one and share it among threads. It
    works on in a forked child, with connections, a token and a rate of the child's own. All
    options are checked here, nothing is sent. Times are in seconds.

    :param access_token: a token that the caller keeps fresh with set_access_token; either
        this, or app_key and app_secret
    :param app_key: the app's key; the client fetches and refreshes the token
    :param app_secret: the app's secret
    :param region: 'international' (the default) or 'china'
    :param endpoint: a base URL in place of the region's hosts: a sandbox or a gateway;
        https, or http to loopback
    :param timeout: the whole call, from when it gets its turn
    :param attempt_timeout: one attempt, to the last byte of the reply
    :param connect_timeout: lookup, connection and TLS handshake together
    :param max_attempts: 1 turns retries off, but for a kept connection that died and for
        a new token: one request more for each
    :param rate: requests to each API in any one second, at most; None: no limit
    :param missing_ok: "no such contact" ends as 'absent' instead of an error; it hides
        damaged ids
    :param proxy: 'environment' (the default), 'none' or a URL
    :param ca_file: a PEM bundle to trust instead of the system's roots
    """

    def __new__(
        cls,
        *,
        access_token: str | None = None,
        app_key: str | None = None,
        app_secret: str | None = None,
        region: str | None = "international",
        endpoint: str | None = None,
        timeout: float | None = 30.0,
        attempt_timeout: float | None = 10.0,
        connect_timeout: float | None = 5.0,
        max_attempts: int | None = 3,
        rate: int | None = 20,
        missing_ok: bool | None = False,
        proxy: str | None = "environment",
        ca_file: str | os.PathLike[str] | None = None,
    ) -> Self: ...
    @classmethod
    def from_env(
        cls,
        *,
        access_token: str | None = None,
        app_key: str | None = None,
        app_secret: str | None = None,
        region: str | None = None,
        endpoint: str | None = None,
        timeout: float | None = 30.0,
        attempt_timeout: float | None = 10.0,
        connect_timeout: float | None = 5.0,
        max_attempts: int | None = 3,
        rate: int | None = 20,
        missing_ok: bool | None = False,
        proxy: str | None = "environment",
        ca_file: str | os.PathLike[str] | None = None,
    ) -> Self:
        """A client with the credentials and the place that the environment names.

        Reads DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and DINGTALK_APP_SECRET;
        DINGTALK_REGION, DINGTALK_ENDPOINT. Options given here come on top.
        """

    def delete(
        self, user_id: str, *, timeout: float | None = None, missing_ok: bool | None = None
    ) -> Deletion:
        """Deletes a contact and says what happened. There is no undo.

        It blocks this thread and no other. Ctrl-C ends it within 100 ms; the
        KeyboardInterrupt has our error as its cause, which says whether the contact may be
        gone.

        :param user_id: the contact's userid: text, with its leading zeros
        :param timeout: seconds for this call instead of the client's timeout
        :param missing_ok: for this call instead of the client's missing_ok
        :raises DingTalkError: one subclass for each kind of trouble
        """

    def delete_many(
        self,
        ids: Iterable[str],
        *,
        concurrency: int | None = 8,
        journal: str | os.PathLike[str] | None = None,
        missing_ok: bool | None = None,
        stop_on_missing: bool | None = True,
    ) -> DeleteMany:
        """Deletes many contacts: an iterator over what came of each, in the order of completion.

        Ids are taken as they are needed, so ids may be a generator; one that comes again is
        called once. An id that fails is an item with its error, and the next one is called;
        where no id could pass (a token refused, no permission, the network gone), or 20 of the
        last 40 were no contact, the batch stops, and the rest comes out as not attempted. There
        is no undo.

        :param ids: the contacts' userids: text, with their leading zeros
        :param concurrency: how many calls run side by side, at most
        :param journal: a file that records the batch; run it again with the same file, and
            what is settled is not called again
        :param missing_ok: for this batch instead of the client's missing_ok
        :param stop_on_missing: False: go on where 20 of the last 40 ids that were answered were
            no contact, as in a damaged list, or one of people who are long gone
        :raises InvalidArgumentError: for a bad option
        :raises JournalError: the record cannot be read, written or locked, or is another
            batch's; nothing has been called then
        """

    def _submit(
        self,
        pending: PendingCall,
        event_loop: AbstractEventLoop,
        settle: Callable[[Deletion | None, BaseException | None], None],
    ) -> None:
        """Starts a deletion on the pool; the event loop settles its outcome."""

    def set_access_token(self, token: str) -> None:
        """Replaces the access token that the client was made with.

        Calls under way take the new one up if the old one is refused.
        """

    def close(self) -> None:
        """Closes the client: later calls are refused, calls under way finish."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None: ...
    def __reduce__(self) -> NoReturn: ...

@final
class PendingCall:
    """One call of AsyncClient: its arguments, and the way to cancel it."""

    def __new__(cls, user_id: str, timeout: float | None, missing_ok: bool | None) -> Self: ...
    def cancel(self) -> None:
        """Ends the call soon; its outcome still comes."""

@final
class Deletion:
    """The good end of a call: the contact is gone.

    Frozen, comparable, hashable, picklable; usable in a match statement.
    """

    __match_args__: Final[tuple[str, str]]

    def __new__(
        cls,
        user_id: str,
        status: Literal["deleted", "absent"],
        request_id: str | None,
        attempts: int,
        maybe_deleted: bool,
    ) -> Self: ...
    @property
    def user_id(self) -> str:
        """The contact, as it was given."""

    @property
    def status(self) -> Literal["deleted", "absent"]:
        """'deleted' by the service now, or 'absent'.

        Absent: the service knows no such contact, and missing_ok is set or an earlier
        request of this call may have deleted it.
        """

    @property
    def request_id(self) -> str | None:
        """The id under which DingTalk's support finds the call, or None."""

    @property
    def attempts(self) -> int:
        """How many delete requests were written to a connection."""

    @property
    def maybe_deleted(self) -> bool:
        """Absent, and an earlier request of this call, whose reply was lost, may have done it."""

    def to_dict(self) -> dict[str, Any]:
        """As a dict of plain values, ready for JSON.

        The names are those of the command's --json; what is not known is left out.
        """

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class DeleteMany:
    """The items of Client.delete_many, in the order of completion.

    Leave it early, by break or otherwise, and the batch stops: calls under way finish on
    threads of their own and are recorded. In a with statement the end of the block waits
    for them, so that the journal is free for the next run.

    Ctrl-C, while an item is waited for, cancels the batch: within 100 ms the calls under way
    have ended and are recorded, and the KeyboardInterrupt comes out. Their items can still be
    taken from this iterator; they say which contacts may be gone.

    An exception of ids comes out after the last item of what was under way.
    """

    def __iter__(self) -> Self: ...
    def __next__(self) -> Item: ...
    @property
    def summary(self) -> Summary:
        """The batch in numbers, up to now."""

    def stop(self) -> None:
        """Starts no more calls; those under way finish.

        What was not called, and what is left in ids, comes out as not attempted.
        """

    def cancel(self) -> None:
        """Stops, and cancels the calls under way: they end within 100 ms."""

    def close(self) -> None:
        """Stops, takes no more ids and waits for the calls under way.

        Their items can still be taken. The end of a with statement does the same; where it
        is left by Ctrl-C or the like it cancels them.
        """

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None: ...
    def _feed(self) -> None:
        """Takes ids while the batch wants some."""

    def _wants(self) -> bool:
        """Whether the batch wants an id."""

    def _push(self, user_id: str) -> None:
        """Hands over an id."""

    def _finish(self) -> None:
        """Says that no more ids come."""

    def _fail(self, error: BaseException | None) -> None:
        """Stops, takes no more ids and raises the error, if any, after the last item."""

    def _ready(self) -> Item | None:
        """The next item, if there is one already."""

    def _next_with(
        self, event_loop: AbstractEventLoop, settle: Callable[[Item | None], None]
    ) -> None:
        """The event loop settles the next item, or None at the end."""

@final
class Item:
    """What came of one id of a batch: exactly one of deletion, error and not_attempted.

    Frozen, comparable, hashable, picklable; usable in a match statement.
    """

    __match_args__: Final[tuple[str, str, str, str]]

    def __new__(
        cls,
        user_id: str,
        deletion: Deletion | None,
        error: DingTalkError | None,
        not_attempted: bool,
        time: datetime,
        settled_before: bool,
    ) -> Self: ...
    @property
    def user_id(self) -> str:
        """The contact, as it was given."""

    @property
    def deletion(self) -> Deletion | None:
        """The good end, or None."""

    @property
    def error(self) -> DingTalkError | None:
        """The DingTalkError that it ended in, or None. It is not raised."""

    @property
    def not_attempted(self) -> bool:
        """Whether it was not called, as the batch had stopped."""

    @property
    def time(self) -> datetime:
        """When it was known what came of it, in UTC.

        For what an earlier run settled, the time in its journal.
        """

    @property
    def settled_before(self) -> bool:
        """Whether an earlier run with the same journal settled it: it was not called now."""

    def to_dict(self) -> dict[str, Any]:
        """As a dict of plain values, ready for JSON.

        It is that of the deletion or error, or has the status 'not_attempted', with time (UTC,
        RFC 3339) and settled_before.
        """

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Summary:
    """A batch in numbers.

    Each id is in one of five groups: deleted, absent, maybe_deleted, failed and not_attempted
    add up.

    Frozen, comparable, hashable, picklable.
    """

    def __new__(
        cls,
        deleted: int,
        absent: int,
        maybe_deleted: int,
        failed: int,
        not_attempted: int,
        settled_before: int,
        repeated: int,
        calls: int,
        unrecorded: int,
        start: datetime,
        end: datetime | None,
        endpoint: str,
        app_key: str | None,
        stopped: str | None,
    ) -> Self: ...
    @property
    def deleted(self) -> int:
        """Ids deleted, by this run or, where the journal says so, by an earlier one."""

    @property
    def absent(self) -> int:
        """Ids that were no contact, where that is fine."""

    @property
    def maybe_deleted(self) -> int:
        """Ids that ended in an error and may be gone all the same: no certain answer came."""

    @property
    def failed(self) -> int:
        """Ids that ended in an error and are not gone by a call of this batch."""

    @property
    def not_attempted(self) -> int:
        """Ids that were not called, as the batch had stopped."""

    @property
    def settled_before(self) -> int:
        """Of all these, those that were settled by an earlier run and not called again."""

    @property
    def repeated(self) -> int:
        """Ids that came again and were dropped."""

    @property
    def calls(self) -> int:
        """Delete requests written by this run."""

    @property
    def unrecorded(self) -> int:
        """Ids of which the journal does not say what came of them, as it could not be written."""

    @property
    def start(self) -> datetime:
        """When the batch began, in UTC."""

    @property
    def end(self) -> datetime | None:
        """When its last item was done, in UTC; None while it runs."""

    @property
    def endpoint(self) -> str:
        """Where the requests went."""

    @property
    def app_key(self) -> str | None:
        """The app, where the client has app credentials, or None."""

    @property
    def stopped(self) -> str | None:
        """Why the batch stopped early, or None."""

    def to_dict(self) -> dict[str, Any]:
        """As a dict of plain values, ready for JSON: times in UTC as RFC 3339."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Request:
    """A request that a sandbox has seen."""

    @property
    def method(self) -> str:
        """POST or GET."""

    @property
    def path(self) -> str:
        """The path, without the query."""

    @property
    def query(self) -> dict[str, str]:
        """The query, decoded; it holds the access token."""

    @property
    def form(self) -> dict[str, str]:
        """The body, decoded as a form."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names and values in the order of sending."""

    @property
    def body(self) -> bytes:
        """The body as it came."""

    @property
    def connection(self) -> int:
        """The number of the connection that it came on, from 1."""

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

    def __new__(
        cls,
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
    ) -> Self: ...
    @property
    def url(self) -> str:
        """The base URL: the option endpoint of a client."""

    @property
    def access_token(self) -> str:
        """A token that is valid now."""

    @property
    def app_key(self) -> str:
        """The key of the app."""

    @property
    def app_secret(self) -> str:
        """The secret of the app."""

    @property
    def contacts(self) -> list[str]:
        """The userids of the contacts that are left."""

    @property
    def deleted(self) -> list[str]:
        """The userids that calls have deleted, in order."""

    @property
    def requests(self) -> list[Request]:
        """The requests that have come, in order."""

    def wait_for_requests(self, count: int, timeout: float) -> bool:
        """Waits until so many requests have come since the start; whether they have.

        It waits for timeout seconds at most.
        """

    def add_contact(self, contact: str | Mapping[str, object]) -> None:
        """Adds a contact, a userid or a record, as if somebody else had created it."""

    def remove_contact(self, user_id: str) -> bool:
        """Takes a contact away, as if somebody else had deleted it; whether it was there."""

    def faults(self, faults: str) -> None:
        """Sets what goes wrong from now on: faults by name, how often, and a seed.

        For example 'lost-reply=first=1' or 'delay=50ms..200ms,http-502=0.1;seed=7'; an empty
        text ends them all. A name that is none is answered with the list of names.
        """

    def expire_tokens(self) -> None:
        """Ends the life of every token that was handed out."""

    def refuse_tokens(self, refuse: bool = True) -> None:
        """Hands tokens out as ever, but refuses them when they are used (or no longer so)."""

    def revoke_app(self) -> None:
        """Ends the app: its token is refused, and so are its credentials."""

    def set_permission(
        self, scope: Literal["qyapi_ext_read", "qyapi_ext_write"], granted: bool
    ) -> None:
        """Grants or takes away a permission point: 'qyapi_ext_read' or 'qyapi_ext_write'."""

    def set_ip_allowed(self, allowed: bool) -> None:
        """Puts the caller's IP on the app's white list or takes it off."""

    def block_ip(self) -> None:
        """Blocks the caller's IP for 300 s, or until unblock_ip."""

    def unblock_ip(self) -> None:
        """Ends a block at once."""

    def close(self) -> None:
        """Ends it, and closes all connections. Doing it again does nothing."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None: ...
