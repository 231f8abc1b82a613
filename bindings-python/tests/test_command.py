"""The command that the package brings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

import dingtalk_extcontact
import dingtalk_extcontact.__main__
from conftest import SOON, Silent
from dingtalk_extcontact.testing import Sandbox

SCRIPT = Path(sysconfig.get_path("scripts"), "dingtalk-extcontact")
WAYS = {"module": [sys.executable, "-m", "dingtalk_extcontact"], "script": [str(SCRIPT)]}


def run(way: str, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WAYS[way], *args],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_it_speaks_chinese_by_option_and_by_locale() -> None:
    by_option = run("module", "--lang", "zh", "explain", "60011", PYTHONUTF8="1", LC_ALL="C.UTF-8")
    by_locale = run("module", "explain", "60011", PYTHONUTF8="1", LC_ALL="zh_CN.UTF-8")
    assert "请在开发者后台" in by_option.stdout
    assert by_locale.stdout == by_option.stdout


@pytest.mark.parametrize("way", WAYS)
def test_it_is_the_same_command(way: str, sandbox: Sandbox) -> None:
    explained = run(way, "explain", "60011")
    assert explained.returncode == 0, explained.stderr
    assert "qyapi_ext_write" in explained.stdout
    assert dingtalk_extcontact.__version__ in run(way, "--version").stdout
    usage = run(way, "no-such-subcommand")
    assert usage.returncode == 2
    assert "dingtalk-extcontact" in usage.stderr
    place = {
        "DINGTALK_ACCESS_TOKEN": sandbox.access_token,
        "DINGTALK_ENDPOINT": sandbox.url,
    }
    deleted = run(way, "delete", "0125400001", "--json", **place)
    assert deleted.returncode == 0, deleted.stderr
    assert '"deleted"' in deleted.stdout
    assert sandbox.deleted == ["0125400001"]
    assert run(way, "delete", "0125400001", **place).returncode == 1


@pytest.mark.parametrize("way", WAYS)
def test_it_shows_on_request_what_it_does(way: str, sandbox: Sandbox) -> None:
    place = {
        "DINGTALK_ACCESS_TOKEN": sandbox.access_token,
        "DINGTALK_ENDPOINT": sandbox.url,
    }
    shown = run(way, "delete", "0125400001", "-vv", **place)
    assert shown.returncode == 0, shown.stderr
    lines = shown.stderr.splitlines()
    assert " INFO  calls go to " in lines[0], shown.stderr
    assert " INFO  contact 0125400001: deleted" in lines[-1], shown.stderr
    assert sandbox.access_token not in shown.stderr
    assert "INFO" not in run(way, "delete", "0125400001", **place).stderr
    by_variable = run(way, "delete", "0125400001", DINGTALK_LOG="info", **place)
    assert " INFO  calls go to " in by_variable.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells it in /proc")
@pytest.mark.parametrize("way", WAYS)
def test_a_signal_ignored_at_the_start_stays_so(way: str, silent: Silent) -> None:
    place = {"DINGTALK_ACCESS_TOKEN": "token", "DINGTALK_ENDPOINT": silent.url}

    def as_nohup_in_a_script() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = subprocess.Popen(
        [*WAYS[way], "delete", "0125400001"],
        env={**os.environ, **place},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=as_nohup_in_a_script,
    )
    silent.wait_until_asked()
    status = Path(f"/proc/{process.pid}/status").read_text()
    ignored, caught = (
        int(line.split()[1], 16)
        for line in status.splitlines()
        if line.startswith(("SigIgn:", "SigCgt:"))
    )
    process.send_signal(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGHUP):
        assert ignored >> (number - 1) & 1
    assert caught >> (signal.SIGTERM - 1) & 1
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "0125400001" in out, err


@pytest.mark.parametrize("way", WAYS)
def test_it_owns_ctrl_c_while_it_runs(way: str, silent: Silent) -> None:
    place = {"DINGTALK_ACCESS_TOKEN": "token", "DINGTALK_ENDPOINT": silent.url}
    process = subprocess.Popen(
        [*WAYS[way], "delete", "0125400001"],
        env={**os.environ, **place},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    silent.wait_until_asked()
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - start < SOON
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert "0125400001" in out + err


@pytest.mark.skipif(os.name == "nt", reason="descriptors are closed by a shell")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_standard_streams(way: str, closed: str, tmp_path: Path, sandbox: Sandbox) -> None:
    """What is opened meanwhile, such as the journal, does not become one of them."""

    def shell(*args: str) -> subprocess.CompletedProcess[str]:
        place = {"DINGTALK_ACCESS_TOKEN": sandbox.access_token, "DINGTALK_ENDPOINT": sandbox.url}
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", *WAYS[way], *args]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **place},
            check=False,
        )

    explained = shell("explain", "60011")
    assert (explained.returncode, explained.stderr) == (0, "")
    ids = tmp_path / "ids.txt"
    ids.write_text("0125400001\n0125400002\n0199\n", encoding="utf-8")
    deleted = shell("delete", "--file", str(ids), "--yes")
    assert deleted.returncode == 1
    assert "Traceback" not in deleted.stderr
    assert sorted(sandbox.deleted) == ["0125400001", "0125400002"]
    (journal,) = tmp_path.glob("*.jsonl")
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 1 + 2 * 3 + 1
    assert (lines[0]["list"]["name"], lines[0]["list"]["count"]) == ("ids.txt", 3)


def test_a_program_without_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pythonw sets them to None."""
    monkeypatch.setattr(sys, "argv", ["dingtalk-extcontact", "explain", "60011"])
    monkeypatch.setattr(sys, "stdout", None)
    handler = signal.getsignal(signal.SIGINT)
    try:
        assert dingtalk_extcontact.__main__.main() == 0
    finally:
        signal.signal(signal.SIGINT, handler)
