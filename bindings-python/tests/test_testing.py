"""The sandbox for people's own tests, and the fixture."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dingtalk_extcontact import (
    AuthenticationError,
    Client,
    ConfigurationError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
)
from dingtalk_extcontact.testing import Sandbox


def client_of(sandbox: Sandbox, **options: Any) -> Client:
    return Client(access_token=sandbox.access_token, endpoint=sandbox.url, **options)


def test_contacts() -> None:
    with Sandbox() as sandbox:
        assert len(sandbox.contacts) == 20
    with Sandbox(contacts=3, seed=7) as sandbox:
        made_up = sandbox.contacts
    with Sandbox(contacts=3, seed=7) as sandbox:
        assert made_up == sandbox.contacts
    with Sandbox(contacts=(str(n) for n in range(3))) as sandbox:
        assert sandbox.contacts == ["0", "1", "2"]
    with Sandbox(contacts=[{"userid": "01", "name": "中文"}]) as sandbox:
        sandbox.add_contact("02")
        sandbox.add_contact({"userid": "03", "title": None})
        assert sandbox.contacts == ["01", "02", "03"]
        assert sandbox.remove_contact("02")
        assert not sandbox.remove_contact("02")
        with pytest.raises(ValueError, match="01"):
            sandbox.add_contact("01")
        client_of(sandbox).delete("03")
        assert sandbox.contacts == ["01"]
        assert sandbox.deleted == ["03"]


def test_what_has_come() -> None:
    with Sandbox(contacts=["01"]) as sandbox:
        token = sandbox.access_token
        assert sandbox.requests == []
        client_of(sandbox).delete("01")
        assert sandbox.wait_for_requests(1, timeout=5)
        assert not sandbox.wait_for_requests(2, timeout=0.001)
        [request] = sandbox.requests
        assert (request.method, request.path) == ("POST", "/topapi/extcontact/delete")
        assert request.query == {"access_token": token}
        assert request.form == {"user_id": "01"}
        assert request.body == b"user_id=01"
        assert request.connection == 1
        assert "host" in [name.lower() for name, _ in request.headers]
        assert token not in repr(request)


def test_what_goes_wrong() -> None:
    with Sandbox(contacts=["01"], faults="busy=1") as sandbox:
        client = client_of(sandbox, max_attempts=1)
        with pytest.raises(ServiceError):
            client.delete("01")
        sandbox.faults("")
        sandbox.set_permission("qyapi_ext_write", False)
        with pytest.raises(PermissionDeniedError, match="qyapi_ext_write"):
            client.delete("01")
        sandbox.set_permission("qyapi_ext_write", True)
        sandbox.set_ip_allowed(False)
        with pytest.raises(ConfigurationError):
            client.delete("01")
        sandbox.set_ip_allowed(True)
        sandbox.block_ip()
        with pytest.raises(ThrottledError) as caught:
            client.delete("01")
        assert caught.value.retry_after == 300
        sandbox.unblock_ip()
        sandbox.expire_tokens()
        with pytest.raises(AuthenticationError):
            client.delete("01")
        client.set_access_token(sandbox.access_token)
        client.delete("01")
        sandbox.revoke_app()
        with pytest.raises(AuthenticationError):
            client.delete("01")


def test_its_own_limit() -> None:
    with Sandbox(contacts=["01"], calls_per_second=1) as sandbox:
        client = client_of(sandbox, rate=None, max_attempts=1)
        client.delete("01")
        with pytest.raises(ThrottledError):
            client.delete("01")


def test_its_own_credentials() -> None:
    with Sandbox(app_key="key", app_secret="secret", token_life=60, latency=0.001) as sandbox:
        assert (sandbox.app_key, sandbox.app_secret) == ("key", "secret")
        client = Client(app_key="key", app_secret="secret", endpoint=sandbox.url)
        client.delete(sandbox.contacts[0])


def test_bad_options() -> None:
    for options in (
        {"faults": "nonsense=1"},
        {"contacts": [{"name": "no userid"}]},
        {"contacts": ["01", "01"]},
        {"app_key": " "},
        {"latency": -1},
    ):
        with pytest.raises(ValueError, match=r"\w"):
            Sandbox(**options)
    with pytest.raises(TypeError):
        Sandbox(nonsense=1)  # type: ignore[call-arg]
    with Sandbox() as sandbox, pytest.raises(ValueError, match="permission"):
        sandbox.set_permission("nonsense", True)  # type: ignore[arg-type]


def test_its_end() -> None:
    sandbox = Sandbox()
    assert sandbox.url in repr(sandbox)
    sandbox.close()
    sandbox.close()
    assert "closed" in repr(sandbox)
    with pytest.raises(RuntimeError, match="closed"):
        _ = sandbox.url


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_no_sandbox() -> None:
    with Sandbox() as sandbox:
        pid = os.fork()
        if pid == 0:
            try:
                _ = sandbox.url
            except RuntimeError:
                sandbox.close()
                del sandbox
                os._exit(7)
            os._exit(1)
        assert os.waitpid(pid, 0)[1] == 7 << 8
        assert sandbox.url


def test_the_fixture(dingtalk_sandbox: Sandbox) -> None:
    client_of(dingtalk_sandbox).delete(dingtalk_sandbox.contacts[0])
    assert len(dingtalk_sandbox.contacts) == 19


@pytest.mark.dingtalk_sandbox(contacts=["0125"], faults="lost-reply=first=1")
def test_the_fixture_with_options(dingtalk_sandbox: Sandbox) -> None:
    deletion = client_of(dingtalk_sandbox).delete("0125")
    assert (deletion.status, deletion.maybe_deleted) == ("absent", True)


def test_pytest_finds_the_fixture_by_itself(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(dingtalk_sandbox): dingtalk_sandbox.url\n")
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, found.stdout
    assert "1 passed" in found.stdout
