"""What journals say of each id.

Loaded by those who read journals.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, final

from ._batch import _from_utc, _to_utc
from ._native import JournalReader

if TYPE_CHECKING:
    from typing import Literal

__all__ = ["JournalEntry", "read_journal"]

_AT_ONCE = 256


@final
@dataclass(frozen=True)
class JournalEntry:
    """What journals say of one id.

    Frozen, comparable, hashable, picklable.
    """

    __module__ = "dingtalk_extcontact"

    user_id: str
    """The contact, as it was given."""
    state: Literal["gone", "was_not_there", "not_deleted", "may_be_gone"]
    """What became of it.

    'gone': a run deleted it, or the service knows it no more after a request of ours whose reply
    was lost. 'was_not_there': the service knew no such contact. 'not_deleted': it was refused, or
    not called. 'may_be_gone': a request went out, or may have, and no certain answer came.
    """
    time: datetime.datetime
    """When that was known, in UTC; of a call that was cut off, when it was announced."""
    run: int
    """Which of the runs that wrote the journal says so, from 1."""
    attempts: int | None
    """How many delete requests were written; None: not known, as the call was cut off."""
    request_id: str | None
    """The id under which DingTalk's support finds the call, or None."""
    kind: str | None
    """Of a failure its kind, such as 'permission_denied', or None."""
    code: str | None
    """Of a failure the service's code that decides, or None."""
    meaning: str
    """What happened, as a phrase of one line; of a code, what it means."""
    journal: str
    """The file that says so."""
    endpoint: str
    """Where the requests went."""
    app_key: str | None
    """The app, where the client had an app's credentials, or None."""

    def to_dict(self) -> dict[str, Any]:
        """As a dict of plain values, ready for JSON.

        The names are those of the command's journal --json; what is not known is left out.
        """
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return {**known, "time": _to_utc(self.time)}


_UNKNOWN = dict.fromkeys(("attempts", "request_id", "kind", "code", "app_key"))


def _entry(told: dict[str, Any]) -> JournalEntry:
    """Of the core's JSON form."""
    fields: dict[str, Any] = {**_UNKNOWN, **told, "time": _from_utc(told["time"])}
    return JournalEntry(**fields)


def read_journal(*paths: str | os.PathLike[str]) -> Iterator[JournalEntry]:
    """Reads one or many journals: an iterator over what became of each id, one entry an id.

    The files are read here and now, from end to end, and left as they are. About 32 bytes are
    kept of an id. In one file the last line about an id counts; docs/journal.md has the rule for
    several. A run may be writing a file: what it writes later is not told.

    :raises JournalError: a file cannot be read, is empty, is no journal or one of another
        version, or is damaged before its last line; the message names file and line
    """
    return _entries(JournalReader([*paths]))


def _entries(reader: JournalReader) -> Iterator[JournalEntry]:
    while told := reader.take(_AT_ONCE):
        yield from map(_entry, told)
