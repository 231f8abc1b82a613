"""Deletes external contacts of a DingTalk organisation, and says exactly what happened.

    from dingtalk_extcontact import Client, DingTalkError

    with Client.from_env() as client:
        try:
            print(client.delete("0125400001").status)
        except DingTalkError as error:
            print(error.kind, error)

``AsyncClient`` is the same for asyncio, ``dingtalk_extcontact.testing`` has a sandbox for
tests. Log records go to the logger ``dingtalk_extcontact``.
"""

from . import errors as errors
from ._native import VERSION as __version__
from ._native import Client, Deletion
from .errors import (
    ApiError,
    AuthenticationError,
    CallCancelledError,
    ConfigurationError,
    ConnectionError,
    DingTalkError,
    InternalError,
    InvalidArgumentError,
    InvalidUserIdError,
    JournalError,
    PermissionDeniedError,
    ProtocolError,
    QuotaExceededError,
    ServiceError,
    ThrottledError,
    TimeoutError,
    TlsError,
)

# Type checkers take it for true; importing typing to say so would cost more than all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async import AsyncClient, AsyncDeleteMany
    from ._batch import DeleteMany, Item, Summary
    from ._check import Check, CheckStep
    from ._contact import Contact
    from ._journal import JournalEntry, read_journal
    from ._restore import Restoration

__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncDeleteMany",
    "AuthenticationError",
    "CallCancelledError",
    "Check",
    "CheckStep",
    "Client",
    "ConfigurationError",
    "ConnectionError",
    "Contact",
    "DeleteMany",
    "Deletion",
    "DingTalkError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidUserIdError",
    "Item",
    "JournalEntry",
    "JournalError",
    "PermissionDeniedError",
    "ProtocolError",
    "QuotaExceededError",
    "Restoration",
    "ServiceError",
    "Summary",
    "ThrottledError",
    "TimeoutError",
    "TlsError",
    "__version__",
    "read_journal",
]


# What many a program does without, and where it is.
_LATER = {
    **dict.fromkeys(("AsyncClient", "AsyncDeleteMany"), "_async"),
    **dict.fromkeys(("DeleteMany", "Item", "Summary"), "_batch"),
    **dict.fromkeys(("Check", "CheckStep"), "_check"),
    "Contact": "_contact",
    **dict.fromkeys(("JournalEntry", "read_journal"), "_journal"),
    "Restoration": "_restore",
}


def __getattr__(name: str) -> object:
    # asyncio is loaded by those who await, and dataclasses by those who delete many or read.
    if name in _LATER:
        from importlib import import_module

        globals()[name] = getattr(import_module(f".{_LATER[name]}", __name__), name)
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> "list[str]":
    return sorted({*globals(), *_LATER})
