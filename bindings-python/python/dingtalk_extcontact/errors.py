"""The exceptions: one base, one subclass for each kind of trouble.

Catch ``DingTalkError`` for all of them, a subclass for one kind, or branch on ``error.kind``.
What is not known is None. No attribute and no text holds a token, an app secret or a proxy's
password.
"""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._native import Deletion

__all__ = [
    "ApiError",
    "AuthenticationError",
    "CallCancelledError",
    "ConfigurationError",
    "ConnectionError",
    "DingTalkError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidUserIdError",
    "JournalError",
    "PermissionDeniedError",
    "ProtocolError",
    "QuotaExceededError",
    "ServiceError",
    "ThrottledError",
    "TimeoutError",
    "TlsError",
]


_FIELDS = (
    *("kind", "message", "advice", "code", "errcode", "errmsg", "sub_code", "sub_msg"),
    *("request_id", "http_status", "retry_after", "attempts", "retryable", "maybe_deleted"),
)


class DingTalkError(Exception):
    """A contact was not deleted, or a client not made. The base of all errors of this package.

    It is picklable, and its text has the message, the request id and the advice.
    """

    kind: str = ""
    """What went wrong, as a stable name: 'invalid_user_id', 'throttled', ..."""
    message: str
    """One line for people: to which contact, what, and whether it may be gone."""
    advice: str
    """What to do now."""
    code: str | None
    """The code that decides, as text: '33012', '60011', 'isp.-1', 'invalidClientIdOrSecret'."""
    errcode: int | None
    """The errcode as the service sent it."""
    errmsg: str | None
    """The service's own words."""
    sub_code: str | None
    """The sub_code as the service sent it."""
    sub_msg: str | None
    """The service's words on the sub_code."""
    request_id: str | None
    """The id under which DingTalk's support finds the call."""
    http_status: int | None
    """The HTTP status of the last reply."""
    retry_after: float | None
    """Seconds to wait before the next call, where that is known."""
    attempts: int
    """How many delete requests were written to a connection."""
    retryable: bool
    """Whether the same call may pass later, unchanged."""
    maybe_deleted: bool
    """Whether the contact may be gone all the same: no certain answer came back."""
    user_id: str | None
    """The contact that the call was about; None for errors of making a client."""

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        code: str | None = None,
        errcode: int | None = None,
        errmsg: str | None = None,
        sub_code: str | None = None,
        sub_msg: str | None = None,
        request_id: str | None = None,
        http_status: int | None = None,
        retry_after: float | None = None,
        attempts: int = 0,
        retryable: bool = False,
        maybe_deleted: bool = False,
        user_id: str | None = None,
    ) -> None:
        """Make one, as this package does; of use in tests."""
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.code = code
        self.errcode = errcode
        self.errmsg = errmsg
        self.sub_code = sub_code
        self.sub_msg = sub_msg
        self.request_id = request_id
        self.http_status = http_status
        self.retry_after = retry_after
        self.attempts = attempts
        self.retryable = retryable
        self.maybe_deleted = maybe_deleted
        self.user_id = user_id

    def to_dict(self) -> dict[str, Any]:
        """As a dict of plain values, ready for JSON.

        The names are those of the command's --json; what is not known is left out.
        """
        fields = {name: getattr(self, name) for name in _FIELDS}
        fields = {"user_id": self.user_id, "status": "failed", **fields}
        return {name: value for name, value in fields.items() if value is not None}

    def __str__(self) -> str:
        return f"{self.message}. {self.advice}" if self.advice else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message,), self.__dict__.copy()


class InvalidArgumentError(DingTalkError, ValueError):
    """Refused before anything was sent: an option, an argument, a closed client."""

    kind = "invalid_argument"


class InvalidUserIdError(DingTalkError):
    """The service knows no such contact: already gone, never there, or a damaged id."""

    kind = "invalid_user_id"


class AuthenticationError(DingTalkError):
    """The access token or the app's credentials are not accepted."""

    kind = "authentication"


class PermissionDeniedError(DingTalkError):
    """The app may not delete external contacts, or not this one."""

    kind = "permission_denied"


class ThrottledError(DingTalkError):
    """Over a rate; it may pass later."""

    kind = "throttled"


class QuotaExceededError(DingTalkError):
    """A quota of the organisation is used up."""

    kind = "quota_exceeded"


class ConfigurationError(DingTalkError):
    """Something around the call is set up wrongly: IP not white-listed, app disabled, wrong
    endpoint, proxy login or rules, no thread.
    """

    kind = "configuration"


class ServiceError(DingTalkError):
    """DingTalk's own trouble; it may pass later."""

    kind = "service"


class ApiError(DingTalkError):
    """Any other code of the service."""

    kind = "api"


class ConnectionError(DingTalkError, builtins.ConnectionError):
    """Lookup, connection or proxy failed, or the connection was lost."""

    kind = "connection"


class TlsError(DingTalkError):
    """A certificate is not trusted, or the TLS handshake was refused."""

    kind = "tls"


class TimeoutError(DingTalkError, builtins.TimeoutError):
    """No whole reply in time."""

    kind = "timeout"


class ProtocolError(DingTalkError):
    """What came back is not DingTalk's: a login page, a redirect, half a reply."""

    kind = "protocol"


class CallCancelledError(DingTalkError):
    """The caller cancelled the call; the cause of a KeyboardInterrupt or CancelledError."""

    kind = "cancelled"


class JournalError(DingTalkError):
    """The record of a batch cannot be read, written or locked."""

    kind = "journal"


class InternalError(DingTalkError):
    """A bug of this library, a caught panic included."""

    kind = "internal"


_CLASSES: dict[str, type[DingTalkError]] = {
    cls.kind: cls for cls in DingTalkError.__subclasses__() if cls.__module__ == __name__
}


def _class_of(kind: str) -> type[DingTalkError]:
    """The class for a kind of the core; the tests hold the two lists together."""
    return _CLASSES.get(kind, DingTalkError)


def _of(told: dict[str, Any]) -> DingTalkError:
    """The exception for an error in the core's JSON form."""
    told = dict(told)
    del told["status"]
    return _class_of(told.pop("kind"))(**told)


def _lone_surrogate(name: str, text: str) -> InvalidArgumentError:
    """For a text that is not Unicode and so cannot reach the core."""
    return InvalidArgumentError(
        f"{name} holds a lone surrogate, which no encoding can send",
        advice="Decode the text that it comes from with its right encoding; nothing was sent.",
        user_id=text if name == "user_id" else None,
    )


def _cancelled_after_restore(told: dict[str, Any]) -> CallCancelledError:
    """Word for a caller who cancelled when a contact was, or may be, created already."""
    user_id = told.get("user_id")
    now = told["status"].replace("_", " ") + (f" as {user_id}" if user_id else "")
    return CallCancelledError(
        f"contact {told['old_user_id']}: {now} before the cancel took effect",
        advice="Restore it with look_first=True if you call again.",
        request_id=told.get("request_id"),
        attempts=told["attempts"],
        user_id=told["old_user_id"],
    )


def _cancelled_after(deletion: Deletion) -> CallCancelledError:
    """Word for a caller who cancelled when the contact was gone already."""
    return CallCancelledError(
        f"contact {deletion.user_id}: {deletion.status} before the cancel took effect",
        advice="Do not call again: the contact is gone.",
        request_id=deletion.request_id,
        attempts=deletion.attempts,
        maybe_deleted=True,
        user_id=deletion.user_id,
    )
