"""The batch: what comes out of it, and the loop that both clients share.

Loaded by those who delete many.
"""

from __future__ import annotations

import datetime
from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from types import TracebackType
from typing import Any, Generic, TypeVar, final

from ._native import Batch, Client, Deletion
from .errors import DingTalkError, _of

__all__ = ["DeleteMany", "Item", "Summary"]


def _to_utc(time: datetime.datetime) -> str:
    """As it stands in JSON."""
    text = time.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _from_utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@final
@dataclass(frozen=True, eq=False)
class Item:
    """What came of one id of a batch: exactly one of deletion, error and not_attempted.

    Frozen, comparable, hashable, picklable; usable in a match statement.
    """

    __module__ = "dingtalk_extcontact"
    __match_args__ = ("user_id", "deletion", "error", "not_attempted")

    user_id: str
    """The contact, as it was given."""
    deletion: Deletion | None
    """The good end, or None."""
    error: DingTalkError | None
    """The DingTalkError that it ended in, or None. It is not raised."""
    not_attempted: bool
    """Whether it was not called, as the batch had stopped."""
    time: datetime.datetime
    """When it was known what came of it, in UTC, to the millisecond.

    For what an earlier run settled, the time in its journal.
    """
    settled_before: bool
    """Whether an earlier run with the same journal settled it: it was not called now."""

    def _content(self) -> tuple[Any, ...]:
        """Exceptions know only identity; here those of one class and content are the same."""
        error = self.error and (type(self.error), vars(self.error))
        return (self.user_id, self.deletion, error, *astuple(self)[3:])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Item):
            return NotImplemented
        return self._content() == other._content()

    def __hash__(self) -> int:
        return hash((self.user_id, self.deletion, self.not_attempted, self.time))

    def to_dict(self) -> dict[str, Any]:
        """As a dict of plain values, ready for JSON.

        It is that of the deletion or error, or has the status 'not_attempted', with time (UTC,
        RFC 3339) and settled_before.
        """
        outcome = self.deletion or self.error
        told = (
            outcome.to_dict()
            if outcome is not None
            else {"user_id": self.user_id, "status": "not_attempted"}
        )
        return {**told, "time": _to_utc(self.time), "settled_before": self.settled_before}


def _item(told: dict[str, Any]) -> Item:
    """Of the core's JSON form."""
    told = {"user_id": "", "request_id": None, **told}
    user_id, status = told["user_id"], told["status"]
    time, settled_before = _from_utc(told.pop("time")), told.pop("settled_before")
    deletion = error = None
    if status == "failed":
        error = _of(told)
    elif status != "not_attempted":
        deletion = Deletion(**told)
    return Item(user_id, deletion, error, status == "not_attempted", time, settled_before)


@final
@dataclass(frozen=True)
class Summary:
    """A batch in numbers.

    Each id is in one of five groups: deleted, absent, maybe_deleted, failed and not_attempted
    add up.

    Frozen, comparable, hashable, picklable.
    """

    __module__ = "dingtalk_extcontact"

    deleted: int
    """Ids deleted, by this run or, where the journal says so, by an earlier one."""
    absent: int
    """Ids that were no contact, where that is fine."""
    maybe_deleted: int
    """Ids that ended in an error and may be gone all the same: no certain answer came."""
    failed: int
    """Ids that ended in an error and are not gone by a call of this batch."""
    not_attempted: int
    """Ids that were not called, as the batch had stopped."""
    settled_before: int
    """Of all these, those that were settled by an earlier run and not called again."""
    repeated: int
    """Ids that came again and were dropped."""
    calls: int
    """Delete requests written by this run."""
    unrecorded: int
    """Ids of which the journal does not say what came of them, as it could not be written."""
    start: datetime.datetime
    """When the batch began, in UTC."""
    end: datetime.datetime | None
    """When its last item was done, in UTC; None while it runs."""
    endpoint: str
    """Where the requests went."""
    app_key: str | None
    """The app, where the client has app credentials, or None."""
    stopped: str | None
    """Why the batch stopped early, or None."""

    def to_dict(self) -> dict[str, Any]:
        """As a dict of plain values, ready for JSON: times in UTC as RFC 3339."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        times = {name: _to_utc(told[name]) for name in ("start", "end") if told[name]}
        return {name: value for name, value in {**told, **times}.items() if value is not None}


def _summary(told: dict[str, Any]) -> Summary:
    """Of the core's JSON form."""
    all_of_it: dict[str, Any] = {"end": None, "app_key": None, "stopped": None, **told}
    for name in ("start", "end"):
        all_of_it[name] = told.get(name) and _from_utc(told[name])
    return Summary(**all_of_it)


Source = TypeVar("Source")


class Loop(Generic[Source]):
    """The loop of a batch: takes ids while it wants some, and waits for items.

    Written once, as coroutines. For a thread that blocks none of them ever suspends.
    """

    # What comes where another one iterates, and what ends a wait and cancels the batch.
    _BUSY: type[Exception]
    _INTERRUPT: type[BaseException]

    def __init__(self, client: Client, source: Source, **options: Any) -> None:
        self._batch: Batch = client._batch(**options)
        # None at its end.
        self._source: Source | None = source
        # Items to be handed out, in the core's JSON form.
        self._held: list[dict[str, Any]] = []
        # What ids raised.
        self._failed: Exception | None = None
        # Whoever iterates takes it out and puts it back. That is one step, for other threads and
        # for signals: Python runs their handlers after calls, and there is none.
        self._turn = [None]

    @property
    def summary(self) -> Summary:
        """The batch in numbers, up to now."""
        return _summary(self._batch.summary())

    def stop(self) -> None:
        """Starts no more calls; those under way finish.

        What was not called, and what is left in ids, comes out as not attempted.
        """
        self._batch.stop()

    def cancel(self) -> None:
        """Stops, and cancels the calls under way: they end within 100 ms."""
        self._batch.cancel()

    def _pull(self, source: Source) -> Any:
        """The next id, or Loop where there is none yet."""
        raise NotImplementedError

    async def _wait(self) -> bool:
        """Waits until another item is held, or another id is there; False at the end."""
        raise NotImplementedError

    def _busy(self) -> Exception:
        return self._BUSY(f"{type(self).__name__} is already being iterated")

    async def _ready(self) -> bool:
        """Waits until an item is held; False at the end, or what ids raised comes out."""
        try:
            while not self._held:
                self._feed()
                if not await self._wait():
                    break
        except BaseException as error:
            await self._interrupted(error)
            raise
        if not self._held and self._failed is not None:
            failed, self._failed = self._failed, None
            try:
                raise failed
            finally:
                # An exception that holds the frame that holds it would wait for the collector.
                del failed
        return bool(self._held)

    def _feed(self) -> None:
        """Takes ids while the batch wants some. What they raise is kept."""
        while self._source is not None and self._batch.wants():
            try:
                user_id = self._pull(self._source)
                if user_id is Loop:
                    return
                self._batch.push(user_id)
            except (StopIteration, StopAsyncIteration):
                self._source = None
                self._batch.finish()
            except Exception as error:
                self._failed = error
                self._end()

    def _end(self) -> None:
        """Stops, and takes no more ids."""
        self._source = None
        self._batch.stop()
        self._batch.finish()

    async def _interrupted(self, error: BaseException) -> None:
        """Cancels, and keeps the items of what was under way: at most 100 ms away."""
        self._batch.cancel()
        if isinstance(error, GeneratorExit):
            # Thrown away with its event loop: nobody may wait any more.
            return
        self._end()
        more = True
        while more:
            try:
                more = await self._wait()
            except self._INTERRUPT:
                # A second one asks for what is happening already.
                continue

    async def _close(self) -> None:
        try:
            del self._turn[0]
        except IndexError:
            raise self._busy() from None
        try:
            self._end()
            while await self._wait():
                pass
        except BaseException as error:
            await self._interrupted(error)
            raise
        finally:
            self._turn += [None]

    async def _leave(self, exc: BaseException | None) -> None:
        """The end of a with statement."""
        if exc is not None and not isinstance(exc, Exception):
            self._batch.cancel()
        await self._close()

    def __repr__(self) -> str:
        return f"<dingtalk_extcontact.{type(self).__name__} {self.summary!r}>"


Result = TypeVar("Result")


def _now(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    raise RuntimeError("a blocking loop was suspended")


@final
class DeleteMany(Loop[Iterator[str]]):
    """The items of Client.delete_many, in the order of completion.

    Leave it early, by break or otherwise, and the batch stops: calls under way finish on
    threads of their own and are recorded. In a with statement the end of the block waits
    for them, so that the journal is free for the next run.

    Ctrl-C, while an item is waited for, cancels the batch: within 100 ms the calls under way
    have ended and are recorded, and the KeyboardInterrupt comes out. Their items can still be
    taken from this iterator; they say which contacts may be gone.

    An exception of ids comes out after the last item of what was under way.
    """

    __module__ = "dingtalk_extcontact"
    _BUSY = ValueError
    _INTERRUPT = KeyboardInterrupt

    def __init__(self, client: Client, ids: Iterable[str], **options: Any) -> None:
        """Made by ``Client.delete_many``."""
        super().__init__(client, iter(_not_one(ids)), **options)

    def _pull(self, source: Iterator[str]) -> Any:
        return next(source)

    async def _wait(self) -> bool:
        return self._batch.next(self._held)

    def __iter__(self) -> DeleteMany:
        return self

    def __next__(self) -> Item:
        try:
            del self._turn[0]
        except IndexError:
            raise self._busy() from None
        try:
            if _now(self._ready()):
                item = _item(self._held[0])
                # No call after this one, so that no signal can come and lose the item.
                del self._held[0]
                return item
        finally:
            self._turn += [None]
        raise StopIteration

    def close(self) -> None:
        """Stops, takes no more ids and waits for the calls under way.

        Their items can still be taken. The end of a with statement does the same; where it
        is left by Ctrl-C or the like it cancels them.
        """
        _now(self._close())

    def __enter__(self) -> DeleteMany:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        _now(self._leave(exc))


Ids = TypeVar("Ids")


def _not_one(ids: Ids) -> Ids:
    if isinstance(ids, str):
        raise TypeError(
            "ids must be an iterable of str, not one str: each of its characters would be an id"
        )
    return ids
