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
from ._native import Client, DeleteMany, Deletion, Item, Summary
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

__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncDeleteMany",
    "AuthenticationError",
    "CallCancelledError",
    "Client",
    "ConfigurationError",
    "ConnectionError",
    "DeleteMany",
    "Deletion",
    "DingTalkError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidUserIdError",
    "Item",
    "JournalError",
    "PermissionDeniedError",
    "ProtocolError",
    "QuotaExceededError",
    "ServiceError",
    "Summary",
    "ThrottledError",
    "TimeoutError",
    "TlsError",
    "__version__",
]


_ASYNC = ("AsyncClient", "AsyncDeleteMany")


def __getattr__(name: str) -> object:
    # asyncio is loaded by those who await.
    if name in _ASYNC:
        from . import _async

        globals()[name] = getattr(_async, name)
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> "list[str]":
    return sorted({*globals(), *_ASYNC})
