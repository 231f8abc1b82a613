"""Contacts that are created again.

Loaded by those who restore.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from typing import Literal

__all__ = ["Restoration"]


@final
@dataclass(frozen=True)
class Restoration:
    """What came of a record that was to be restored. Frozen, comparable, hashable, picklable."""

    __module__ = "dingtalk_extcontact"
    __match_args__ = ("status", "user_id")

    old_user_id: str
    """The id that the record has."""
    status: Literal["created", "still_there", "may_be_created"]
    """What came of it.

    'created': under a new id. 'still_there': the contact exists, so nothing was created.
    'may_be_created': the one request went out, and no certain answer came.
    """
    user_id: str | None
    """The id of the contact now, or None where it is not known."""
    request_id: str | None
    """The id under which DingTalk's support finds the call, or None."""
    attempts: int
    """How many requests to create it were written to a connection."""
    problem: str | None
    """Why something is not known, or None."""


def _restoration(told: dict[str, Any]) -> Restoration:
    """Of the core's JSON form."""
    known: dict[str, Any] = {"user_id": None, "request_id": None, "problem": None, **told}
    return Restoration(**known)


def _text(record: Any) -> str:
    """A record as the core takes it."""
    if not hasattr(record, "keys"):
        message = f"a record is a mapping, as Contact.record is, not {type(record).__name__}"
        raise TypeError(message)
    return json.dumps(dict(record))
