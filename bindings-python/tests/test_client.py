"""The blocking client: options, arguments, its life."""

from __future__ import annotations

import copy
import decimal
import enum
import inspect
import math
import os
import pathlib
import pickle
import sys
import threading
from typing import Any, Literal

import pytest

import dingtalk_extcontact
from conftest import Silent
from dingtalk_extcontact import AsyncClient, Client, InvalidArgumentError, InvalidUserIdError
from dingtalk_extcontact.testing import Sandbox

TOKEN = "hush-token-1234"
CLIENTS = [Client, AsyncClient]
OPTIONS = [
    *("access_token", "app_key", "app_secret", "region", "endpoint"),
    *("timeout", "attempt_timeout", "connect_timeout", "max_attempts"),
    *("rate", "missing_ok", "proxy", "ca_file", "language"),
]


def test_a_deletion(sandbox: Sandbox) -> None:
    with Client(access_token=sandbox.access_token, endpoint=sandbox.url) as client:
        deletion = client.delete("0125400001")
        assert deletion.status == "deleted"
        assert deletion.user_id == "0125400001"
        assert deletion.attempts == 1
        assert deletion.request_id
        assert deletion.maybe_deleted is False
        assert client.delete("0125400001", missing_ok=True).status == "absent"
    assert sandbox.deleted == ["0125400001"]
    assert sandbox.requests[0].form == {"user_id": "0125400001"}


def test_advice_in_chinese_and_all_else_as_ever(sandbox: Sandbox) -> None:
    options: dict[str, Any] = {"access_token": sandbox.access_token, "endpoint": sandbox.url}

    def failure(language: Literal["en", "zh"]) -> dingtalk_extcontact.DingTalkError:
        client = Client(**options, language=language)
        with pytest.raises(InvalidUserIdError) as raised:
            client.delete("never-there")
        return raised.value

    english, chinese = failure("en"), failure("zh")
    assert english.advice.startswith("Check the id")
    assert chinese.advice.startswith("请检查 userid")
    assert "missing_ok" in chinese.advice
    for name in ("kind", "code", "errcode", "errmsg", "retryable", "maybe_deleted", "user_id"):
        assert getattr(chinese, name) == getattr(english, name)

    def told(error: dingtalk_extcontact.DingTalkError) -> str:
        return error.message.replace(error.request_id or "", "")

    assert told(chinese) == told(english)
    with pytest.raises(InvalidArgumentError, match="language"):
        Client(access_token="t", language="zh_CN")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError) as raised:
        Client(language="zh")
    assert raised.value.advice.startswith("请给出 access_token")


def test_app_credentials(sandbox: Sandbox) -> None:
    with Client(
        app_key=sandbox.app_key, app_secret=sandbox.app_secret, endpoint=sandbox.url
    ) as client:
        client.delete("0125400001")
        sandbox.expire_tokens()
        client.delete("0125400002")
    assert len(sandbox.deleted) == 2


def test_a_new_token(sandbox: Sandbox) -> None:
    client = Client(access_token="an-old-token", endpoint=sandbox.url)
    with pytest.raises(dingtalk_extcontact.AuthenticationError):
        client.delete("0125400001")
    client.set_access_token(sandbox.access_token)
    assert client.delete("0125400001").status == "deleted"
    with pytest.raises(TypeError, match="token must be str, not bytes"):
        client.set_access_token(b"t")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError):
        client.set_access_token("with space")


@pytest.mark.parametrize("client_class", CLIENTS)
def test_from_env(
    client_class: type[Client], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidArgumentError, match="DINGTALK_ACCESS_TOKEN"):
        client_class.from_env()
    monkeypatch.setenv("DINGTALK_APP_KEY", sandbox.app_key)
    monkeypatch.setenv("DINGTALK_APP_SECRET", sandbox.app_secret)
    monkeypatch.setenv("DINGTALK_ENDPOINT", sandbox.url)
    client = client_class.from_env(timeout=5, rate=None)
    assert isinstance(client, client_class)
    assert sandbox.url in repr(client)
    if isinstance(client, Client):
        assert client.delete("0125400001").status == "deleted"
    with pytest.raises(InvalidArgumentError, match="both given"):
        client_class.from_env(access_token=TOKEN)
    with pytest.raises(TypeError, match=r"from_env\(\) got an unexpected keyword"):
        client_class.from_env(nonsense=1)  # type: ignore[call-arg]


def test_a_closed_client(silent: Silent) -> None:
    client = Client(access_token=TOKEN, endpoint=silent.url)
    results: list[Any] = []
    call = threading.Thread(target=lambda: results.append(client.delete("0125400001")))
    call.start()
    silent.wait_until_asked()
    client.close()
    client.close()
    with pytest.raises(InvalidArgumentError, match="client is closed"):
        client.delete("0125400001")
    with pytest.raises(InvalidArgumentError, match="client is closed"):
        client.set_access_token(TOKEN)
    # The call that was under way finishes.
    silent.answer.set()
    call.join(30)
    assert [deletion.status for deletion in results] == ["deleted"]


@pytest.mark.parametrize("client_class", CLIENTS)
def test_nothing_of_a_client_shows_its_secrets(client_class: type[Client]) -> None:
    by_token = client_class(access_token=TOKEN, endpoint="https://gateway.example")
    by_app = client_class(app_key="key", app_secret="hush-secret-1234")
    assert "hush" not in repr(by_token) + str(by_token) + repr(by_app)
    name = client_class.__name__
    assert repr(by_token).startswith(f"<dingtalk_extcontact.{name} ")
    assert "https://gateway.example" in repr(by_token)


@pytest.mark.parametrize("client_class", CLIENTS)
def test_a_client_refuses_to_be_pickled(client_class: type[Client]) -> None:
    client = client_class(access_token=TOKEN)
    refused = rf"{client_class.__name__} cannot be pickled: .*{client_class.__name__}\.from_env"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match=refused):
            pickle.dumps(client, protocol)
    for copied in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=refused):
            copied(client)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="inspect cannot read these before 3.10")
def test_the_signatures_name_the_options() -> None:
    for made in (Client, Client.from_env):
        parameters = inspect.signature(made).parameters
        assert list(parameters) == OPTIONS
        assert all(each.kind is each.KEYWORD_ONLY for each in parameters.values())
    for client in (Client, AsyncClient):
        delete = inspect.signature(client.delete).parameters
        assert list(delete) == ["self", "user_id", "timeout", "missing_ok"]


class Real(float):
    pass


class Id(str, enum.Enum):
    ONE = "0125400001"


SURROGATE = "0125\ud800"
INFINITY = float("inf")

# The option, a bad value, and what the sentence must say.
WRONG_TYPES: list[tuple[str, Any, str]] = [
    ("access_token", b"token", "access_token must be str, not bytes"),
    ("access_token", 5, "access_token must be str, not int"),
    ("app_key", 5, "app_key must be str, not int"),
    ("app_secret", bytearray(b"x"), "app_secret must be str, not bytearray"),
    ("region", 1, "region must be str, not int"),
    ("endpoint", b"http://localhost", "endpoint must be str, not bytes"),
    ("proxy", {}, "proxy must be str, not dict"),
    ("ca_file", 3, "ca_file must be str or os.PathLike, not int"),
    ("language", 3, "language must be str, not int"),
    ("timeout", "5", "timeout must be a number of seconds, not str"),
    ("timeout", True, "timeout must be a number of seconds, not bool"),
    ("attempt_timeout", [], "attempt_timeout must be a number of seconds, not list"),
    ("connect_timeout", 1j, "connect_timeout must be a number of seconds, not complex"),
    ("max_attempts", "3", "max_attempts must be int, not str"),
    ("max_attempts", 1.0, "max_attempts must be int, not float"),
    ("max_attempts", True, "max_attempts must be int, not bool"),
    ("rate", 1.5, "rate must be int, not float"),
    ("rate", "20", "rate must be int, not str"),
    ("missing_ok", 1, "missing_ok must be bool, not int"),
    ("missing_ok", "no", "missing_ok must be bool, not str"),
]
WRONG_VALUES: list[tuple[str, Any]] = [
    ("access_token", ""),
    ("access_token", "hush token"),
    ("access_token", "hush-\ud800"),
    ("region", "mars"),
    ("endpoint", "http://example.com"),
    ("region", SURROGATE),
    ("endpoint", SURROGATE),
    ("proxy", SURROGATE),
    ("ca_file", SURROGATE),
    ("ca_file", pathlib.Path(SURROGATE)),
    ("ca_file", "a\0b.pem"),
    ("ca_file", os.fsdecode(b"/nowhere/\xff.pem")),
    ("proxy", "ftp://proxy"),
    ("language", "fr"),
    ("ca_file", "/nowhere/at/all.pem"),
    ("ca_file", pathlib.Path("/nowhere/at/all.pem")),
    ("timeout", 0),
    ("timeout", -1),
    ("timeout", -0.5),
    ("timeout", math.nan),
    ("timeout", INFINITY),
    ("timeout", 10**400),
    ("attempt_timeout", 1e9),
    ("connect_timeout", 0.0001),
    ("max_attempts", 0),
    ("max_attempts", 10**9),
    ("rate", 0),
    ("rate", -1),
    ("rate", 10**30),
    ("rate", -(10**30)),
]


@pytest.mark.parametrize("client_class", CLIENTS)
@pytest.mark.parametrize(("option", "value", "sentence"), WRONG_TYPES)
def test_a_wrong_type(client_class: Any, option: str, value: Any, sentence: str) -> None:
    with pytest.raises(TypeError) as caught:
        client_class(**{"access_token": TOKEN, option: value})
    assert str(caught.value) == sentence


@pytest.mark.parametrize("client_class", CLIENTS)
@pytest.mark.parametrize(("option", "value"), WRONG_VALUES)
def test_a_wrong_value(client_class: Any, option: str, value: Any) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        client_class(**{"access_token": TOKEN, option: value})
    error = caught.value
    assert isinstance(error, ValueError)
    assert option in error.message
    assert error.advice
    assert error.attempts == 0
    assert "hush" not in str(error)


@pytest.mark.parametrize("client_class", CLIENTS)
def test_options_that_do_not_go_together(client_class: Any) -> None:
    for options in (
        {},
        {"access_token": TOKEN, "app_key": "key"},
        {"access_token": TOKEN, "app_key": "key", "app_secret": "hush"},
        {"app_key": "key"},
        {"app_secret": "hush"},
    ):
        with pytest.raises(InvalidArgumentError) as caught:
            client_class(**options)
        assert "hush" not in str(caught.value)


@pytest.mark.parametrize("client_class", CLIENTS)
def test_an_unknown_option(client_class: Any) -> None:
    with pytest.raises(TypeError, match=r"Client\(\) got an unexpected keyword argument 'tokn'"):
        client_class(tokn=TOKEN)
    with pytest.raises(TypeError):
        client_class(TOKEN)


def test_none_is_the_default_and_no_limit_for_rate(sandbox: Sandbox) -> None:
    place = {"access_token": sandbox.access_token, "endpoint": sandbox.url}
    options: dict[str, Any] = {**dict.fromkeys(OPTIONS), **place}
    client = Client(**options)
    for number in range(10):
        client.delete(f"01254{number:05}", timeout=None, missing_ok=None)


def test_numbers_and_paths_of_other_types(sandbox: Sandbox, tmp_path: pathlib.Path) -> None:
    class Whole:
        def __index__(self) -> int:
            return 2

    client = Client(
        access_token=sandbox.access_token,
        endpoint=sandbox.url,
        timeout=decimal.Decimal("5.5"),  # type: ignore[arg-type]
        attempt_timeout=Real(4),
        rate=Whole(),  # type: ignore[arg-type]
    )
    client.delete(Id.ONE)
    assert sandbox.deleted == [Id.ONE.value]


WRONG_IDS: list[tuple[Any, str]] = [
    (125400001, "user_id must be str, not int: a number has lost its leading zeros"),
    (True, "user_id must be str, not int"),
    (1.5, "user_id must be str, not float"),
    (b"0125", "user_id must be str, not bytes"),
    (None, "user_id must be str, not NoneType"),
    (["0125"], "user_id must be str, not list"),
]


@pytest.mark.parametrize(("user_id", "sentence"), WRONG_IDS)
def test_an_id_of_a_wrong_type(user_id: Any, sentence: str, sandbox: Sandbox) -> None:
    client = Client(access_token=TOKEN, endpoint=sandbox.url)
    with pytest.raises(TypeError) as caught:
        client.delete(user_id)
    assert str(caught.value).startswith(sentence)
    assert sandbox.requests == []


@pytest.mark.parametrize(
    "user_id", ["", " ", " 0125", "0125\n", "01\u200b25", "\ufeff0125", "1" * 129, SURROGATE]
)
def test_an_id_that_can_only_be_damaged(user_id: str, sandbox: Sandbox) -> None:
    client = Client(access_token=TOKEN, endpoint=sandbox.url)
    with pytest.raises(InvalidArgumentError) as caught:
        client.delete(user_id)
    assert caught.value.user_id == user_id
    assert caught.value.advice
    assert "\n" not in str(caught.value)
    str(caught.value).encode()
    assert sandbox.requests == []


def test_bad_options_of_a_call(sandbox: Sandbox) -> None:
    client = Client(access_token=TOKEN, endpoint=sandbox.url)
    for value in (0, -1, math.nan, INFINITY):
        with pytest.raises(InvalidArgumentError, match="timeout"):
            client.delete("0125", timeout=value)
    with pytest.raises(TypeError, match="timeout must be a number of seconds, not str"):
        client.delete("0125", timeout="1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="missing_ok must be bool, not int"):
        client.delete("0125", missing_ok=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        client.delete("0125", 5)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        client.delete()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        client.delete("0125", retries=5)  # type: ignore[call-arg]
    assert sandbox.requests == []


def test_a_damaged_id_and_a_missing_contact_differ(sandbox: Sandbox) -> None:
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    with pytest.raises(InvalidUserIdError) as caught:
        client.delete("0199")
    assert caught.value.code == "33012"
    assert caught.value.errcode == 33012
    assert caught.value.http_status == 200
    assert caught.value.user_id == "0199"


def test_text_that_is_not_unicode() -> None:
    client = Client(access_token=TOKEN)
    for call in (
        lambda: Client(app_key=SURROGATE, app_secret="s"),
        lambda: Client(app_key="k", app_secret=SURROGATE),
        lambda: Client.from_env(region=SURROGATE),
        lambda: client.set_access_token(SURROGATE),
        lambda: client.delete(SURROGATE),
        lambda: client.delete_many([], journal=SURROGATE),
        lambda: next(client.delete_many([SURROGATE])),
    ):
        with pytest.raises(InvalidArgumentError, match="lone surrogate"):
            call()


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="paths are Unicode here")
def test_a_path_that_is_not_unicode(sandbox: Sandbox, tmp_path: pathlib.Path) -> None:
    client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
    journal = os.fsencode(tmp_path) + b"/\xff.jsonl"
    for path in (os.fsdecode(journal), pathlib.Path(os.fsdecode(journal))):
        assert [item.user_id for item in client.delete_many(["0125400001"], journal=path)]
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff.jsonl"]


def test_what_a_path_raises_comes_out() -> None:
    class Path:
        def __fspath__(self) -> str:
            raise LookupError("no such place")

    with pytest.raises(LookupError, match="no such place"):
        Client(access_token=TOKEN, ca_file=Path())


def test_none_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINGTALK_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("DINGTALK_REGION", "china")
    client = Client.from_env(access_token=None, region=None, timeout=None, rate=None)
    assert "oapi.dingtalk.com" in repr(client)


def test_what_a_client_shows() -> None:
    client = Client(app_key="key", app_secret="hush", proxy="http://me:hush@127.0.0.1:1")
    shown = "dingtalk_extcontact.Client endpoint='https://oapi.dingtalk.io', app_key='key'"
    assert repr(client) == f"<{shown}>"
    client.close()
    assert repr(client) == f"<{shown}, closed>"
    awaiting = AsyncClient(access_token="hush")
    assert repr(awaiting) == f"<{shown}>".replace("Client", "AsyncClient").replace("'key'", "None")
