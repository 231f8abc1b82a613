"""Every example in the README is run."""

from __future__ import annotations

import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from dingtalk_extcontact.testing import Sandbox

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
EXAMPLES = [code for language, code in BLOCKS if language == "python"]
COMMANDS = [
    line
    for language, code in BLOCKS
    if language == "sh"
    for line in code.splitlines()
    if line.startswith("dingtalk-extcontact ")
]


def celery() -> types.ModuleType:
    """As much of Celery as an example needs: it is not worth an installation."""

    class Celery:
        def task(self, function: object) -> object:
            return function

    module = types.ModuleType("celery")
    module.Celery = Celery  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize("code", EXAMPLES, ids=[f"example-{n}" for n in range(len(EXAMPLES))])
def test_example(code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    contacts = [
        {
            "userid": f"012540000{number}",
            "name": f"Sample {number}",
            "mobile": f"1713920000{number}",
            "state_code": "49",
            "follower_user_id": "manager1",
            "label_ids": [1000001],
        }
        for number in range(10)
    ]
    monkeypatch.chdir(tmp_path)
    with Sandbox(contacts=contacts) as sandbox:
        monkeypatch.setenv("DINGTALK_ENDPOINT", sandbox.url)
        monkeypatch.setenv("DINGTALK_ACCESS_TOKEN", sandbox.access_token)
        monkeypatch.setitem(sys.modules, "celery", celery())
        code = code.replace(
            'access_token="..."', f"access_token={sandbox.access_token!r}, endpoint={sandbox.url!r}"
        )
        code = code.replace(
            'app_key="...", app_secret="..."',
            f"app_key={sandbox.app_key!r}, app_secret={sandbox.app_secret!r}, "
            f"endpoint={sandbox.url!r}",
        )
        assert '"..."' not in code
        if "def test_" in code:
            (tmp_path / "test_example.py").write_text(code)
            subprocess.run([sys.executable, "-m", "pytest", "-q", str(tmp_path)], check=True)
            return
        names: dict[str, object] = {"__name__": "example"}
        exec(compile(code, "README.md", "exec"), names)
        if "erase" in names:
            assert names["erase"]("0125400007") == "deleted"  # type: ignore[operator]
        assert sandbox.requests or "Sandbox(" in code


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command: str) -> None:
    args = command.split()[1:]
    subprocess.run([sys.executable, "-m", "dingtalk_extcontact", *args], check=True)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8
    assert len(COMMANDS) == 2
