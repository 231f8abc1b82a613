"""Contacts as they are read.

Loaded by those who read contacts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, final

from ._native import ContactPages

__all__ = ["Contact"]


@final
@dataclass(frozen=True, repr=False)
class Contact:
    """An external contact.

    All of it is personal data: its repr shows the id alone. Frozen, comparable, hashable,
    picklable.
    """

    __module__ = "dingtalk_extcontact"
    __match_args__ = ("user_id", "name")

    user_id: str
    """The id, as delete takes it."""
    label_ids: tuple[str, ...]
    """The ids of its labels, as text."""
    share_dept_ids: tuple[str, ...]
    """The ids of the departments that it is shared with, as text."""
    share_user_ids: tuple[str, ...]
    """The userids of the employees that it is shared with."""
    record: dict[str, Any] = field(hash=False)
    """The whole record, as the service sent it."""
    name: str | None = None
    """Its name; None, as with all text below, where it is missing or empty."""
    mobile: str | None = None
    """The number of its mobile, without the country's code."""
    state_code: str | None = None
    """The country's code of the number, such as '86'."""
    company_name: str | None = None
    """Where it works."""
    title: str | None = None
    """As what it works."""
    email: str | None = None
    """Its e-mail address."""
    address: str | None = None
    """Its address."""
    remark: str | None = None
    """What was noted about it."""
    follower_user_id: str | None = None
    """The userid of the employee who is in charge of it."""

    def __repr__(self) -> str:
        return f"<dingtalk_extcontact.Contact user_id={self.user_id!r}>"


def _contact(told: dict[str, Any]) -> Contact:
    """Of the core's JSON form."""
    lists = {name: tuple(told[name]) for name in ("label_ids", "share_dept_ids", "share_user_ids")}
    all_of_it: dict[str, Any] = {**told, **lists}
    return Contact(**all_of_it)


def _contacts(pages: ContactPages) -> Iterator[Contact]:
    while (page := pages.next()) is not None:
        yield from map(_contact, page)
