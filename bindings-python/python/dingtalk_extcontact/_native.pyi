import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Literal, NoReturn, final

from typing_extensions import Self

from ._batch import DeleteMany
from ._check import Check
from ._contact import Contact
from ._restore import Restoration

__all__ = [
    "VERSION",
    "Batch",
    "Client",
    "ContactPages",
    "Deletion",
    "Inbox",
    "JournalReader",
    "PendingCall",
    "PendingCheck",
    "PendingRestore",
    "Sandbox",
    "command",
    "defaults",
    "kinds",
    "pass_kept",
]

VERSION: Final[str]

def command(args: list[str | os.PathLike[str]]) -> int:
    """Runs the command; args begin with the program's name."""

def defaults() -> dict[str, str | float | None]:
    """The defaults of options, by name; None where it is nothing."""

def pass_kept() -> None:
    """Passes on what the pool's threads wrote."""

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
    :param language: of advice: 'en' (the default) or 'zh'
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
        language: Literal["en", "zh"] | None = "en",
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
        language: Literal["en", "zh"] | None = "en",
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
        backup: str | os.PathLike[str] | None = None,
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
        :param backup: a file that keeps the full record of each contact, on disk before its
            deletion: the only way back there is. All of it is personal data. The app needs the
            permission point qyapi_ext_read
        :param missing_ok: for this batch instead of the client's missing_ok
        :param stop_on_missing: False: go on where 20 of the last 40 ids that were answered were
            no contact, as in a damaged list, or one of people who are long gone
        :raises InvalidArgumentError: for a bad option
        :raises JournalError: the journal or the backup cannot be read, written or locked, or is
            another batch's; nothing has been called then
        """

    def get(self, user_id: str, *, timeout: float | None = None) -> Contact:
        """The record of a contact: to look whether it is still there, or to keep a copy.

        The app needs the permission point qyapi_ext_read. It blocks, and Ctrl-C ends it, as with
        delete.

        :param user_id: the contact's userid: text, with its leading zeros
        :param timeout: seconds for this call instead of the client's timeout
        :raises InvalidUserIdError: there is no such contact
        :raises DingTalkError: one subclass for each other kind of trouble
        """

    def contacts(self, *, timeout: float | None = None) -> Iterator[Contact]:
        """All contacts of the organisation: an iterator that reads a page of a hundred when it is
        needed.

        Contacts may be deleted while it goes on: what is there from the start to the end comes
        out, and once. The app needs the permission point qyapi_ext_read.

        :param timeout: seconds for each page instead of the client's timeout
        :raises DingTalkError: as it goes on; one subclass for each kind of trouble
        """

    def check(self, write: bool = False, *, timeout: float | None = None) -> Check:
        """What stands and what is missing before contacts can be deleted, step by step.

        Credentials, name lookup, proxy, connection, TLS, clock, token, the permission to read (by a
        page of one contact), white list, limits. Nothing is deleted. A step that fails raises
        nothing: it stands in the result. It blocks, and Ctrl-C ends it, as with delete.

        :param write: try the permission to delete, too, by a deletion of an id that cannot exist,
            and only after the service has said that there is no such contact
        :param timeout: seconds for each call of it instead of the client's timeout
        :raises DingTalkError: the client is closed, or an option is no good
        """

    def restore(
        self,
        record: Mapping[str, Any],
        *,
        look_first: bool = False,
        timeout: float | None = None,
    ) -> Restoration:
        """Creates the contact of a record again, under a new id.

        Nobody is created twice: the old id is asked for first, and who is still there stays. Then
        one request is sent, and sent again only where it was certainly refused. Without a certain
        answer it ends as 'may_be_created'; call again with look_first=True then. What the service
        does not take is lost: the id, the e-mail address, the history. The app needs the permission
        points qyapi_ext_read and qyapi_ext_write. It blocks, and Ctrl-C ends it, as with delete.

        :param record: the record as the service sent it: of a Contact, or of a line of a backup
        :param look_first: an earlier call may have created it: look through all contacts for one
            with its number first
        :param timeout: seconds for each call of it instead of the client's timeout
        :raises InvalidArgumentError: the record lacks what a contact needs; nothing was sent
        :raises DingTalkError: one subclass for each other kind of trouble; it was not created
        """

    def _restore(
        self, record: Mapping[str, Any], look_first: bool, timeout: float | None
    ) -> PendingRestore:
        """A restoring that has not begun."""

    def _check(self, write: bool, timeout: float | None) -> PendingCheck:
        """A check that has not begun."""

    def _pages(self, timeout: float | None) -> ContactPages:
        """The pages of contacts. Nothing is sent yet."""

    def _batch(self, **options: Any) -> Batch:
        """Begins the batch of delete_many. A journal is opened and read here and now."""

    def _submit(
        self,
        pending: PendingCall,
        inbox: Inbox,
        settle: Callable[[Deletion | None, dict[str, Any] | None], None],
    ) -> None:
        """Starts a deletion on the pool. The event loop of the inbox settles its outcome: a
        deletion, or an error in its JSON form.
        """

    def _submit_get(
        self,
        pending: PendingCall,
        inbox: Inbox,
        settle: Callable[[dict[str, Any] | None, dict[str, Any] | None], None],
    ) -> None:
        """The same for a record in the core's JSON form."""

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
class ContactPages:
    """The pages of all contacts, from the first to the last."""

    def next(self) -> list[dict[str, Any]] | None:
        """Waits for the next page; None at the end."""

    def _submit(
        self,
        inbox: Inbox,
        settle: Callable[[list[dict[str, Any]] | None, dict[str, Any] | None], None],
    ) -> None:
        """The event loop of the inbox settles the next page, or None at the end; or an error in its
        JSON form.
        """

    def cancel(self) -> None:
        """Ends the call under way soon, and those after it; its outcome still comes."""

@final
class PendingCheck:
    """A check that has not begun, and the way to cancel it."""

    def run(self) -> dict[str, Any]:
        """Checks, and waits for the end."""

    def _submit(
        self,
        inbox: Inbox,
        settle: Callable[[dict[str, Any] | None, dict[str, Any] | None], None],
    ) -> None:
        """Starts it on the pool. The event loop of the inbox settles the check, or an error, each
        in its JSON form.
        """

    def cancel(self) -> None:
        """Ends it soon; its outcome still comes."""

@final
class PendingRestore:
    """A restoring that has not begun, and the way to cancel it."""

    def run(self) -> dict[str, Any]:
        """Restores, and waits for the end."""

    def _submit(
        self,
        inbox: Inbox,
        settle: Callable[[dict[str, Any] | None, dict[str, Any] | None], None],
    ) -> None:
        """Starts it on the pool. The event loop of the inbox settles what came of it, or an error,
        each in its JSON form.
        """

    def cancel(self) -> None:
        """Ends it soon; its outcome still comes."""

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
class Inbox:
    """What an event loop has to settle. It drains it when its socket can be read; the socket is
    closed when the loop lets go of it.
    """

    def __new__(cls) -> Self: ...
    def fileno(self) -> int:
        """The socket that can be read when there is something to drain."""

    def hear(self) -> None:
        """Empties the socket, for a thread that watches it in the loop's place."""

    def drain(self) -> None:
        """Settles what has come, and passes on what threads of the pool logged."""

@final
class Batch:
    """A batch of the core. Forgotten by Python it is stopped, and calls under way finish."""

    def wants(self) -> bool:
        """Whether the batch wants an id."""

    def push(self, user_id: str) -> None:
        """Hands over an id."""

    def finish(self) -> None:
        """Says that no more ids come."""

    def stop(self) -> None:
        """Starts no more calls."""

    def cancel(self) -> None:
        """Ends the calls under way, too."""

    def summary(self) -> dict[str, Any]:
        """The batch in numbers, in its JSON form."""

    def next(self, held: list[dict[str, Any]]) -> bool:
        """Waits for the next item, and passes on what threads of the pool log meanwhile. Whether
        there was one: False at the end.

        It is added to held in its JSON form: were it returned, a signal could lose it.
        """

    def try_next(self, held: list[dict[str, Any]]) -> bool:
        """The same where there is an item already; False if not."""

    def next_with(self, inbox: Inbox, settle: Callable[[dict[str, Any] | None], None]) -> None:
        """The inbox's event loop settles the next item in its JSON form, or None at the end."""

@final
class JournalReader:
    """What journals say of each id, from the first to the last."""

    def __new__(cls, paths: list[str | os.PathLike[str]]) -> Self: ...
    def take(self, count: int) -> list[dict[str, Any]]:
        """The next entries, at most this many; none at the end."""

@final
class Sandbox:
    """A running sandbox, until it is closed."""

    def __new__(cls, options: str) -> Self: ...
    def ask(self, name: str, argument: str) -> Any:
        """Asks it something or changes it; the argument is JSON."""

    def close(self) -> None:
        """Ends it, and closes all connections. Doing it again does nothing."""
