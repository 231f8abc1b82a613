"""The JSON form of an outcome, from what the public API shows of it."""

from __future__ import annotations

from typing import Any

from dingtalk_extcontact import Deletion, DingTalkError

DELETION = ("user_id", "request_id", "attempts", "maybe_deleted")
ERROR = (
    *("user_id", "kind", "message", "advice", "code", "errcode", "errmsg", "sub_code", "sub_msg"),
    *("request_id", "http_status", "retry_after", "attempts", "retryable", "maybe_deleted"),
)


def to_json(outcome: Deletion | DingTalkError) -> dict[str, Any]:
    deleted = isinstance(outcome, Deletion)
    fields = {name: getattr(outcome, name) for name in (DELETION if deleted else ERROR)}
    known = {name: value for name, value in fields.items() if value is not None}
    return {"status": outcome.status if isinstance(outcome, Deletion) else "failed", **known}
