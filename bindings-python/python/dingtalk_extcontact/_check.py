"""What stands before anything is deleted.

Loaded by those who check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from .errors import DingTalkError, _of

if TYPE_CHECKING:
    from typing import Literal

__all__ = ["Check", "CheckStep"]


@final
@dataclass(frozen=True)
class CheckStep:
    """A step of a check. Frozen, picklable."""

    __module__ = "dingtalk_extcontact"
    __match_args__ = ("name", "status")

    name: str
    """What it looks at.

    'credentials', 'lookup', 'proxy', 'connection', 'tls', 'clock', 'token',
    'read_permission', 'white_list', 'limits' or 'write_permission', in the order in which a call
    needs them; a later version may look at more.
    """
    status: Literal["ok", "warning", "failed", "unknown", "skipped"]
    """What came of it.

    'warning': it keeps no call from passing, but should be seen to. 'unknown': what the service
    answered does not tell. 'skipped': it does not apply, was not asked for, or a step before it
    failed.
    """
    text: str
    """What was found, in one line for people."""
    advice: str | None
    """What to do, or None where nothing is to be done."""
    error: DingTalkError | None
    """The error that it ended with, or None."""


@final
@dataclass(frozen=True)
class Check:
    """What stands and what is missing before contacts can be deleted. Frozen, picklable."""

    __module__ = "dingtalk_extcontact"
    __match_args__ = ("ok", "steps")

    ok: bool
    """Whether no step failed, and none is left unknown."""
    steps: tuple[CheckStep, ...]
    """The steps, in the order in which a call needs them."""
    report: dict[str, Any]
    """What the service really answered, fit to be shown to others.

    Codes, request ids, sizes and types. Of every other value it has the type and the length; of
    errmsg the text without the credentials and without addresses.
    """


def _step(told: dict[str, Any]) -> CheckStep:
    error = told.get("error")
    return CheckStep(
        name=told["step"],
        status=told["status"],
        text=told["text"],
        advice=told.get("advice"),
        error=None if error is None else _of(error),
    )


def _check(told: dict[str, Any]) -> Check:
    """Of the core's JSON form."""
    return Check(told["ok"], tuple(map(_step, told["steps"])), told["report"])
