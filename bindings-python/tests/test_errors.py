"""The exceptions and the good end, as Python objects."""

from __future__ import annotations

import builtins
import copy
import json
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

import dingtalk_extcontact
from dingtalk_extcontact import (
    CallCancelledError,
    Client,
    Deletion,
    DingTalkError,
    InvalidUserIdError,
    ThrottledError,
    _native,
    errors,
)
from dingtalk_extcontact.testing import Sandbox

CLASSES = [getattr(errors, name) for name in errors.__all__ if name != "DingTalkError"]


def full(cls: type[DingTalkError]) -> DingTalkError:
    return cls(
        "contact 0125: no (request id r1); it was not deleted",
        advice="Do this.",
        code="33012",
        errcode=33012,
        errmsg="no",
        sub_code="s",
        sub_msg="m",
        request_id="r1",
        http_status=200,
        retry_after=1.5,
        attempts=2,
        retryable=True,
        maybe_deleted=True,
        user_id="0125",
    )


def test_every_kind_of_the_core_has_a_class_of_its_own() -> None:
    kinds = _native.kinds()
    assert sorted(kinds) == sorted(cls.kind for cls in CLASSES)
    for kind in kinds:
        cls = errors._class_of(kind)
        assert cls.kind == kind
        assert issubclass(cls, DingTalkError)
        assert cls.__doc__
        assert getattr(dingtalk_extcontact, cls.__name__) is cls
    assert errors._class_of("a kind of a later core") is DingTalkError


def test_built_in_exceptions_are_mixed_in() -> None:
    assert issubclass(errors.InvalidArgumentError, ValueError)
    assert issubclass(errors.TimeoutError, builtins.TimeoutError)
    assert issubclass(errors.ConnectionError, builtins.ConnectionError)
    # Nothing that a program catches as trouble of its own files or types.
    for cls in CLASSES:
        natural = (builtins.TimeoutError, builtins.ConnectionError, ValueError)
        assert not issubclass(cls, OSError) or issubclass(cls, natural)


@pytest.mark.parametrize("cls", [DingTalkError, *CLASSES])
def test_an_error_survives_pickle_and_copy(cls: type[DingTalkError]) -> None:
    error = full(cls)
    copies = [pickle.loads(pickle.dumps(error, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)]
    for other in [*copies, copy.copy(error), copy.deepcopy(error)]:
        assert type(other) is cls
        assert vars(other) == vars(error)
        assert str(other) == str(error)
        assert other.args == error.args == (error.message,)


@pytest.mark.parametrize("cls", [DingTalkError, *CLASSES])
def test_attributes_that_are_not_known_are_none(cls: type[DingTalkError]) -> None:
    error = cls("text")
    assert str(error) == "text"
    assert (error.code, error.errcode, error.request_id, error.retry_after) == (None,) * 4
    assert (error.attempts, error.retryable, error.maybe_deleted) == (0, False, False)


def test_a_traceback_can_be_read(sandbox: Sandbox) -> None:
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    with pytest.raises(InvalidUserIdError) as caught:
        client.delete("0199")
    error = caught.value
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    last = text.splitlines()[-1]
    assert last.startswith("dingtalk_extcontact.errors.InvalidUserIdError: contact 0199: ")
    for part in (error.message, error.advice, error.request_id):
        assert part
        assert part in last


def test_every_attribute_is_documented() -> None:
    source = Path(errors.__file__).read_text(encoding="utf-8")
    for name in vars(full(DingTalkError)):
        line = next(line for line in source.splitlines() if line.startswith(f"    {name}: "))
        documented = source.split(line + "\n")[1].lstrip()
        assert documented.startswith('"""'), name


def deletion(**changes: Any) -> Deletion:
    fields = {"user_id": "0125", "status": "absent", "request_id": None, "attempts": 2}
    return Deletion(**{**fields, "maybe_deleted": True, **changes})


def test_a_deletion_is_a_value() -> None:
    one = deletion()
    assert one == deletion()
    assert hash(one) == hash(deletion())
    assert one != deletion(status="deleted", maybe_deleted=False)
    assert one != "0125"
    assert {one, deletion()} == {one}
    expected = (
        "Deletion(user_id='0125', status='absent', request_id=None, attempts=2, maybe_deleted=True)"
    )
    assert repr(one) == expected
    assert eval(repr(one)) == one
    quoted = deletion(user_id="it's", request_id='"r"')
    assert eval(repr(quoted)) == quoted
    assert Deletion.__match_args__ == ("user_id", "status")


def test_a_deletion_is_frozen_and_survives_pickle_and_copy() -> None:
    one = deletion(request_id="r1")
    with pytest.raises(AttributeError):
        one.status = "deleted"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        one.other = 1  # type: ignore[attr-defined]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(one, protocol)) == one
    assert copy.copy(one) == copy.deepcopy(one) == one
    with pytest.raises(ValueError, match="deleted"):
        deletion(status="gone")


def test_a_cancel_that_came_too_late_tells_the_truth() -> None:
    error = errors._cancelled_after(deletion(status="deleted", request_id="r1"))
    assert isinstance(error, CallCancelledError)
    assert error.maybe_deleted
    assert (error.user_id, error.attempts, error.request_id) == ("0125", 2, "r1")
    assert "deleted before the cancel" in str(error)


def test_plain_values_for_json() -> None:
    """Its content is compared with the core's by every conformance case."""
    one = deletion()
    expected = {"user_id": "0125", "status": "absent", "attempts": 2, "maybe_deleted": True}
    assert json.loads(json.dumps(one.to_dict())) == one.to_dict() == expected
    error = full(ThrottledError)
    told = error.to_dict()
    assert json.loads(json.dumps(told)) == told
    assert (told["status"], told["kind"]) == ("failed", "throttled")
    assert {name: value for name, value in vars(error).items() if value is not None} == {
        name: value for name, value in told.items() if name not in ("status", "kind")
    }
    assert set(DingTalkError("m").to_dict()) == {
        *("status", "kind", "message", "advice", "attempts", "retryable", "maybe_deleted")
    }
