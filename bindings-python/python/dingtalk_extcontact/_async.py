"""The client for asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import itertools
import os
import select
import threading
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any, Literal, Union
from weakref import WeakKeyDictionary, WeakValueDictionary

from ._batch import Item, Loop, _item, _not_one
from ._check import Check, _check
from ._contact import Contact, _contact
from ._native import (
    Client,
    ContactPages,
    Deletion,
    Inbox,
    PendingCall,
    PendingCheck,
    PendingRestore,
)
from ._restore import Restoration, _restoration
from .errors import _cancelled_after, _cancelled_after_restore, _of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

__all__ = ["AsyncClient", "AsyncDeleteMany"]

Source = Union[Iterator[str], AsyncIterator[str]]

# So many items that were there already are handed out in one turn of the loop.
_TURNS = 32

# Each loop has one, which lives as long as the loop watches it. The loops of a process that
# forked are not its child's.
_inboxes: WeakValueDictionary[int, Inbox] = WeakValueDictionary()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_inboxes.clear)

# How often a thread that watches for a loop asks whether that is closed.
_ASK_EVERY = 1.0
# How often a loop looks by itself that nobody can watch for.
_LOOK_EVERY = 0.02


def _inbox_of(loop: asyncio.AbstractEventLoop) -> Inbox:
    inbox = _inboxes.get(id(loop))
    if inbox is None:
        inbox = Inbox()
        try:
            loop.add_reader(inbox.fileno(), inbox.drain)
        except NotImplementedError:
            # The default loop of Windows.
            _watch_beside(inbox, loop)
        _inboxes[id(loop)] = inbox
    return inbox


def _watch_beside(inbox: Inbox, loop: asyncio.AbstractEventLoop) -> None:
    """Has a thread watch the socket for a loop that cannot."""
    try:
        threading.Thread(target=_watch, args=(inbox, loop), daemon=True).start()
    except RuntimeError:
        # An interpreter that is ending starts no threads.
        _look(inbox, loop)


def _watch(inbox: Inbox, loop: asyncio.AbstractEventLoop) -> None:
    while not loop.is_closed():
        if select.select([inbox.fileno()], (), (), _ASK_EVERY)[0]:
            inbox.hear()
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(inbox.drain)


def _look(inbox: Inbox, loop: asyncio.AbstractEventLoop) -> None:
    inbox.drain()
    loop.call_later(_LOOK_EVERY, _look, inbox, loop)


# What a turn of a loop has cancelled, by when it began.
_cancelled: WeakKeyDictionary[Inbox, list[tuple[int, Callable[[], None]]]] = WeakKeyDictionary()
_numbers = itertools.count()


def _cancel_soon(
    inbox: Inbox, loop: asyncio.AbstractEventLoop, call: tuple[int, Callable[[], None]]
) -> None:
    """Cancels a call when all of this turn are known that are cancelled: the last of them first.

    One that ends leaves its place to those that wait behind it, and of a group none may begin then.
    """
    calls = _cancelled.setdefault(inbox, [])
    if not calls:
        loop.call_soon(_cancel_all, calls)
    calls.append(call)


def _cancel_all(calls: list[tuple[int, Callable[[], None]]]) -> None:
    calls.sort()
    while calls:
        calls.pop()[1]()


async def _outcome(
    call: PendingCall | PendingCheck | PendingRestore | ContactPages,
    submit: Callable[[Inbox, Callable[[Any, Any], None]], None],
    after: Callable[[Any], BaseException] | None = None,
) -> Any:
    """What a call comes to: its result, or its error is raised.

    :param after: makes the cause of a CancelledError that came after a good end
    """
    loop = asyncio.get_running_loop()
    inbox = _inbox_of(loop)
    ended: asyncio.Future[None] = loop.create_future()
    outcome: list[tuple[Any, Any]] = []
    number = None

    def settle(result: Any, error: Any) -> None:
        outcome.append((result, error))
        if not ended.done():
            ended.set_result(None)

    try:
        # A cancel that is due already must come before anything is sent. Whether one is due is
        # no documented attribute; without it, it comes with a turn of the loop.
        if getattr(asyncio.current_task(loop), "_must_cancel", True):
            await asyncio.sleep(0)
        number = next(_numbers)
        submit(inbox, settle)
        await ended
    except asyncio.CancelledError as cancelled:
        if number is None:
            call.cancel()
            submit(inbox, settle)
        else:
            _cancel_soon(inbox, loop, (number, call.cancel))
        # The truth about the contact is at most 100 ms away. A second cancel in that
        # time asks for what is happening already.
        while not outcome:
            ended = loop.create_future()
            try:
                await ended
            except asyncio.CancelledError:
                continue
            except GeneratorExit:
                call.cancel()
                raise
        result, error = outcome[0]
        if error is not None:
            raise cancelled from _of(error)
        raise cancelled from (after and after(result))
    except GeneratorExit:
        # Thrown away with its loop: nobody waits for the outcome any more.
        call.cancel()
        raise
    result, error = outcome[0]
    if error is not None:
        raise _of(error)
    return result


async def _contacts(pages: ContactPages) -> AsyncGenerator[Contact, None]:
    while (page := await _outcome(pages, pages._submit)) is not None:
        for told in page:
            yield _contact(told)


class AsyncClient:
    """Deletes external contacts of a DingTalk organisation, for asyncio.

    The options are those of ``Client``, and so are the outcomes. Requests go out on up
    to 64 threads of their own, so they neither block the event loop nor use its executor. One
    client may serve several loops.
    """

    if TYPE_CHECKING:
        __signature__: inspect.Signature

        def __init__(
            self,
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
        ) -> None: ...

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
        ) -> AsyncClient:
            """A client with the credentials and the place that the environment names."""
            raise NotImplementedError

    else:

        def __init__(self, **options) -> None:
            self._client = Client(**options)

        @classmethod
        def from_env(cls, **options) -> AsyncClient:
            """A client with the credentials and the place that the environment names."""
            client = cls.__new__(cls)
            client._client = Client.from_env(**options)
            return client

        # Python 3.9 knows none of a class like that.
        with contextlib.suppress(ValueError):
            __signature__ = inspect.signature(Client)

    _client: Client

    async def delete(
        self, user_id: str, *, timeout: float | None = None, missing_ok: bool | None = None
    ) -> Deletion:
        """Deletes a contact and says what happened. There is no undo.

        Cancelling the task (``task.cancel()``, ``asyncio.timeout``) ends the call within
        100 ms; the CancelledError has our error as its cause, which says whether the contact
        may be gone.

        :param user_id: the contact's userid: text, with its leading zeros
        :param timeout: seconds for this call instead of the client's timeout
        :param missing_ok: for this call instead of the client's missing_ok
        :raises DingTalkError: one subclass for each kind of trouble
        """
        call = PendingCall(user_id, timeout, missing_ok)
        submit = partial(self._client._submit, call)
        deletion: Deletion = await _outcome(call, submit, _cancelled_after)
        return deletion

    async def get(self, user_id: str, *, timeout: float | None = None) -> Contact:
        """The record of a contact: to look whether it is still there, or to keep a copy.

        The app needs the permission point qyapi_ext_read. Cancelling the task ends the call, as
        with delete.

        :param user_id: the contact's userid: text, with its leading zeros
        :param timeout: seconds for this call instead of the client's timeout
        :raises InvalidUserIdError: there is no such contact
        :raises DingTalkError: one subclass for each other kind of trouble
        """
        call = PendingCall(user_id, timeout, None)
        return _contact(await _outcome(call, partial(self._client._submit_get, call)))

    async def check(self, write: bool = False, *, timeout: float | None = None) -> Check:
        """What stands and what is missing before contacts can be deleted, step by step.

        Credentials, name lookup, proxy, connection, TLS, clock, token, the permission to read (by a
        page of one contact), white list, limits. Nothing is deleted. A step that fails raises
        nothing: it stands in the result. Cancelling the task ends it, as with delete.

        :param write: try the permission to delete, too, by a deletion of an id that cannot exist,
            and only after the service has said that there is no such contact
        :param timeout: seconds for each call of it instead of the client's timeout
        :raises DingTalkError: the client is closed, or an option is no good
        """
        pending = self._client._check(write, timeout)
        return _check(await _outcome(pending, pending._submit))

    async def restore(
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
        points qyapi_ext_read and qyapi_ext_write. Cancelling the task ends it, as with delete; the
        cause of the CancelledError says whether it may be created.

        :param record: the record as the service sent it: of a Contact, or of a line of a backup
        :param look_first: an earlier call may have created it: look through all contacts for one
            with its number first
        :param timeout: seconds for each call of it instead of the client's timeout
        :raises InvalidArgumentError: the record lacks what a contact needs; nothing was sent
        :raises DingTalkError: one subclass for each other kind of trouble; it was not created
        """
        pending = self._client._restore(record, look_first, timeout)
        told = await _outcome(pending, pending._submit, _cancelled_after_restore)
        return _restoration(told)

    def contacts(self, *, timeout: float | None = None) -> AsyncGenerator[Contact, None]:
        """All contacts of the organisation: an async iterator that reads a page of a hundred when
        it is needed.

        Contacts may be deleted while it goes on: what is there from the start to the end comes
        out, and once. The app needs the permission point qyapi_ext_read.

        :param timeout: seconds for each page instead of the client's timeout
        :raises DingTalkError: as it goes on; one subclass for each kind of trouble
        """
        return _contacts(self._client._pages(timeout))

    def delete_many(
        self,
        ids: Iterable[str] | AsyncIterable[str],
        *,
        concurrency: int | None = 8,
        journal: str | os.PathLike[str] | None = None,
        backup: str | os.PathLike[str] | None = None,
        missing_ok: bool | None = None,
        stop_on_missing: bool | None = True,
    ) -> AsyncDeleteMany:
        """Deletes many contacts: an async iterator over what came of each, as it completes.

        It is ``Client.delete_many`` for asyncio. Where ids is an async iterable, items come
        out while the next id is awaited. A journal is opened and read here and now.

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
        return AsyncDeleteMany(
            self._client,
            ids,
            concurrency=concurrency,
            journal=journal,
            backup=backup,
            missing_ok=missing_ok,
            stop_on_missing=stop_on_missing,
        )

    def set_access_token(self, token: str) -> None:
        """Replaces the access token that the client was made with.

        Calls under way take the new one up if the old one is refused.
        """
        self._client.set_access_token(token)

    async def close(self) -> None:
        """Closes the client: later calls are refused, calls under way finish."""
        self._client.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def __repr__(self) -> str:
        return repr(self._client).replace("Client", "AsyncClient", 1)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "an AsyncClient cannot be pickled: it would carry its secret into a broker or "
            "onto a disk; make one in the worker with AsyncClient.from_env()"
        )


class AsyncDeleteMany(Loop[Source]):
    """The items of ``AsyncClient.delete_many``, in the order of completion.

    Leave it early and the batch stops when the iterator is gone: calls under way finish on
    threads of their own and are recorded. In an ``async with`` statement the end of the
    block waits for them, so that the journal is free for the next run.

    Cancelling the task that waits for an item cancels the batch: within 100 ms the calls
    under way have ended and are recorded, and the CancelledError comes out. Their items can
    still be taken from this iterator; they say which contacts may be gone.

    An exception of ids comes out after the last item of what was under way.
    """

    _BUSY = RuntimeError
    _INTERRUPT = asyncio.CancelledError

    # The next id and the next item, where they are on their way.
    _pulled: asyncio.Future[str] | None = None
    _coming: asyncio.Future[dict[str, Any] | None] | None = None
    _in_a_row = 0

    def __init__(
        self, client: Client, ids: Iterable[str] | AsyncIterable[str], **options: Any
    ) -> None:
        """Made by ``AsyncClient.delete_many``."""
        source = ids.__aiter__() if isinstance(ids, AsyncIterable) else iter(_not_one(ids))
        super().__init__(client, source, **options)

    def _pull(self, source: Source) -> Any:
        if isinstance(source, Iterator):
            return next(source)
        if self._pulled is None:
            self._pulled = asyncio.ensure_future(source.__anext__())
        if not self._pulled.done():
            return Loop
        pulled, self._pulled = self._pulled, None
        return pulled.result()

    async def _wait(self) -> bool:
        """A wait that is cancelled leaves the item on its way."""
        if self._coming is None and self._batch.try_next(self._held):
            self._in_a_row += 1
            if self._in_a_row % _TURNS == 0:
                # Where items come faster than they are taken, others have their turn, too.
                await asyncio.sleep(0)
            return True
        if self._coming is None:
            loop = asyncio.get_running_loop()
            self._coming = loop.create_future()
            self._batch.next_with(_inbox_of(loop), self._coming.set_result)
        if not self._coming.done():
            waits: list[asyncio.Future[Any]] = [self._coming]
            if self._pulled is not None:
                waits.append(self._pulled)
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            # An id that came with the item is called while the item is worked on.
            self._feed()
        if not self._coming.done():
            return True
        item, self._coming = self._coming.result(), None
        if item is not None:
            self._held.append(item)
        return item is not None

    def _end(self) -> None:
        if self._pulled is not None:
            self._pulled.cancel()
            self._pulled = None
        super()._end()

    async def aclose(self) -> None:
        """Stops, takes no more ids and waits for the calls under way.

        Their items can still be taken. The end of an ``async with`` statement does the same;
        where it is left by a cancel or the like it cancels them.
        """
        await self._close()

    def __aiter__(self) -> AsyncDeleteMany:
        return self

    async def __anext__(self) -> Item:
        try:
            del self._turn[0]
        except IndexError:
            raise self._busy() from None
        try:
            if await self._ready():
                item = _item(self._held[0])
                del self._held[0]
                return item
        finally:
            self._turn += [None]
        raise StopAsyncIteration

    async def __aenter__(self) -> AsyncDeleteMany:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._leave(exc)

    def __del__(self) -> None:
        pulled = self._pulled
        if pulled is not None and not pulled.done():
            with contextlib.suppress(RuntimeError):
                pulled.get_loop().call_soon_threadsafe(pulled.cancel)
