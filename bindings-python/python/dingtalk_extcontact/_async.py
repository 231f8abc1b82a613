"""The client for asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections import deque
from collections.abc import AsyncIterable, Iterator

from ._native import (
    Client,
    DeleteMany,
    Deletion,
    Item,
    PendingCall,
    Summary,
    fetch,
    is_ending,
    pass_kept,
)
from .errors import _cancelled_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterable
    from types import TracebackType
    from typing import Any

__all__ = ["AsyncClient", "AsyncDeleteMany"]

# So many items that were there already are handed out in one turn of the loop.
_TURNS = 32

# Once the interpreter is ending no thread of the pool enters it. An event loop that waits
# fetches what they leave: each loop that does, and whether it still waits, under a key of its own.
_waiting: dict[int, tuple[asyncio.AbstractEventLoop, Callable[[], object]]] = {}
_FETCH_EVERY = 0.02


def _fetch(loop: asyncio.AbstractEventLoop, ended: Callable[[], object]) -> None:
    fetch()
    if not ended():
        loop.call_later(_FETCH_EVERY, _fetch, loop, ended)


def _fetch_all() -> None:
    """Tells the loops that wait; called as the interpreter begins to end."""
    for loop, ended in list(_waiting.values()):
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_fetch, loop, ended)


@contextlib.contextmanager
def _expecting(ended: Callable[[], object]) -> Iterator[asyncio.AbstractEventLoop]:
    """While a loop waits for the pool, until it has ended."""
    loop = asyncio.get_running_loop()
    _waiting[id(ended)] = loop, ended
    try:
        if is_ending():
            _fetch(loop, ended)
        yield loop
    finally:
        del _waiting[id(ended)]


class AsyncClient:
    """Deletes external contacts of a DingTalk organisation, for asyncio.

    The options are those of ``Client``, and so are the outcomes. Calls run on up to 64
    threads of their own, so they neither block the event loop nor use its executor. One
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
        outcome: list[tuple[Deletion | None, BaseException | None]] = []
        call = PendingCall(user_id, timeout, missing_ok)
        with _expecting(outcome.__len__) as loop:
            await self._call(call, loop, outcome)
        deletion, error = outcome[0]
        if deletion is not None:
            return deletion
        assert error is not None
        try:
            raise error
        finally:
            # An exception that holds the frame that holds it would wait for the collector.
            outcome.clear()
            del error

    async def _call(
        self,
        call: PendingCall,
        loop: asyncio.AbstractEventLoop,
        outcome: list[tuple[Deletion | None, BaseException | None]],
    ) -> None:
        """Makes the call and waits for its outcome, also where the task is cancelled."""
        ended: asyncio.Future[None] = loop.create_future()
        submitted = False

        def settle(deletion: Deletion | None, error: BaseException | None) -> None:
            outcome.append((deletion, error))
            if not ended.done():
                ended.set_result(None)
            pass_kept()

        def submit() -> None:
            nonlocal submitted
            self._client._submit(call, loop, settle)
            submitted = True

        try:
            # A cancel that is due already comes here, before anything is sent.
            await asyncio.sleep(0)
            submit()
            await ended
        except asyncio.CancelledError as cancelled:
            call.cancel()
            if not submitted:
                submit()
            # The truth about the contact is at most 100 ms away. A second cancel in that
            # time asks for what is happening already.
            while not outcome:
                ended = loop.create_future()
                try:
                    await ended
                except asyncio.CancelledError:
                    continue
            deletion, error = outcome[0]
            raise cancelled from (error if deletion is None else _cancelled_after(deletion))
        except GeneratorExit:
            # Thrown away with its loop: nobody waits for the outcome any more.
            call.cancel()
            raise

    def delete_many(
        self,
        ids: Iterable[str] | AsyncIterable[str],
        *,
        concurrency: int | None = 8,
        journal: str | os.PathLike[str] | None = None,
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
        :param missing_ok: for this batch instead of the client's missing_ok
        :param stop_on_missing: False: go on where 20 of the last 40 ids that were answered were
            no contact, as in a damaged list, or one of people who are long gone
        :raises InvalidArgumentError: for a bad option
        :raises JournalError: the record cannot be read, written or locked, or is another
            batch's; nothing has been called then
        """
        batch = self._client.delete_many(
            () if isinstance(ids, AsyncIterable) else ids,
            concurrency=concurrency,
            journal=journal,
            missing_ok=missing_ok,
            stop_on_missing=stop_on_missing,
        )
        return AsyncDeleteMany(batch, ids.__aiter__() if isinstance(ids, AsyncIterable) else None)

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


class AsyncDeleteMany:
    """The items of ``AsyncClient.delete_many``, in the order of completion.

    Leave it early and the batch stops when the iterator is gone: calls under way finish on
    threads of their own and are recorded. In an ``async with`` statement the end of the
    block waits for them, so that the journal is free for the next run.

    Cancelling the task that waits for an item cancels the batch: within 100 ms the calls
    under way have ended and are recorded, and the CancelledError comes out. Their items can
    still be taken from this iterator; they say which contacts may be gone.

    An exception of ids comes out after the last item of what was under way.
    """

    def __init__(self, batch: DeleteMany, source: AsyncIterator[str] | None) -> None:
        """Made by ``AsyncClient.delete_many``."""
        self._batch = batch
        self._source = source
        # The next id and the next item, where they are on their way.
        self._pulled: asyncio.Future[str] | None = None
        self._coming: asyncio.Future[Item | None] | None = None
        # Items that were there when an exception came between.
        self._held: deque[Item] = deque()
        self._busy = False
        self._in_a_row = 0

    @property
    def summary(self) -> Summary:
        """The batch in numbers, up to now."""
        return self._batch.summary

    def stop(self) -> None:
        """Starts no more calls; those under way finish.

        What was not called, and what is left in ids, comes out as not attempted.
        """
        self._batch.stop()

    def cancel(self) -> None:
        """Stops, and cancels the calls under way: they end within 100 ms."""
        self._batch.cancel()

    async def aclose(self) -> None:
        """Stops, takes no more ids and waits for the calls under way.

        Their items can still be taken. The end of an ``async with`` statement does the same;
        where it is left by a cancel or the like it cancels them.
        """
        with self._alone():
            self._end()
            try:
                while (item := await self._next()) is not None:
                    self._held.append(item)
            except BaseException as error:
                await self._drain(error)
                raise

    def __aiter__(self) -> AsyncDeleteMany:
        return self

    async def __anext__(self) -> Item:
        with self._alone():
            if self._held:
                return self._held.popleft()
            try:
                item = await self._next()
            except BaseException as error:
                await self._drain(error)
                raise
            if item is None:
                # At its end it has no items, but perhaps what ids raised.
                next(self._batch, None)
                raise StopAsyncIteration
            return item

    @contextlib.contextmanager
    def _alone(self) -> Any:
        if self._busy:
            raise RuntimeError("AsyncDeleteMany is already being iterated")
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    async def _next(self) -> Item | None:
        """The next item. A wait that is cancelled leaves it on its way."""
        while True:
            self._feed()
            if self._coming is None and (item := self._batch._ready()) is not None:
                self._in_a_row += 1
                if self._in_a_row % _TURNS == 0:
                    # Where items come faster than they are taken, others have their turn, too.
                    self._held.append(item)
                    await asyncio.sleep(0)
                    self._held.pop()
                return item
            coming = self._ask()
            if coming.done():
                self._coming = None
                return coming.result()
            waits: list[asyncio.Future[Any]] = [coming]
            if self._pulled is not None:
                waits.append(self._pulled)
            with _expecting(coming.done):
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)

    def _ask(self) -> asyncio.Future[Item | None]:
        if self._coming is None:
            loop = asyncio.get_running_loop()
            self._coming = loop.create_future()
            self._batch._next_with(loop, self._coming.set_result)
        return self._coming

    def _feed(self) -> None:
        """Takes ids as far as they are there, and asks for the next one."""
        if self._source is None:
            self._batch._feed()
            return
        if self._pulled is not None and self._pulled.done():
            pulled, self._pulled = self._pulled, None
            try:
                self._batch._push(pulled.result())
            except StopAsyncIteration:
                self._source = None
                self._batch._finish()
                return
            except Exception as error:
                self._source = None
                self._batch._fail(error)
                return
        if self._pulled is None and self._batch._wants():
            self._pulled = asyncio.ensure_future(self._source.__anext__())

    def _end(self) -> None:
        """Stops, and takes no more ids."""
        self._source = None
        if self._pulled is not None:
            self._pulled.cancel()
            self._pulled = None
        self._batch._fail(None)

    async def _drain(self, error: BaseException) -> None:
        """Cancels, and keeps the items of what was under way: at most 100 ms away."""
        self._batch.cancel()
        if isinstance(error, GeneratorExit):
            # Thrown away with its loop: nobody may wait any more.
            return
        self._end()
        while True:
            try:
                item = await self._next()
            except asyncio.CancelledError:
                # A second cancel asks for what is happening already.
                continue
            if item is None:
                return
            self._held.append(item)

    async def __aenter__(self) -> AsyncDeleteMany:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc is not None and not isinstance(exc, Exception):
            self._batch.cancel()
        await self.aclose()

    def __del__(self) -> None:
        pulled = self._pulled
        if pulled is not None and not pulled.done():
            with contextlib.suppress(RuntimeError):
                pulled.get_loop().call_soon_threadsafe(pulled.cancel)

    def __repr__(self) -> str:
        return repr(self._batch).replace("DeleteMany", "AsyncDeleteMany", 1)
