"""read_journal: what became of each id, by what delete_many left behind."""

from __future__ import annotations

import datetime
import json
import pickle
from pathlib import Path

import pytest

from conftest import child
from dingtalk_extcontact import Client, JournalEntry, JournalError, read_journal
from dingtalk_extcontact.testing import Sandbox

PAGE = Path(__file__).resolve().parents[2] / "docs" / "journal.md"


@pytest.fixture
def journal(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A run that deletes two, meets an id that is no contact, and hears nothing of a fourth."""
    path = tmp_path / "journal.jsonl"
    client = Client(
        access_token=sandbox.access_token, endpoint=sandbox.url, rate=None, max_attempts=1
    )
    ids = sandbox.contacts[:2]
    for _ in client.delete_many([*ids, "0999"], concurrency=1, journal=path):
        pass
    with path.open("a") as file:
        file.write('{"event":"announced","time":"2026-01-01T00:00:00.000Z","user_id":"0888"}\n')
    return path


def test_each_id_has_an_entry(sandbox: Sandbox, journal: Path) -> None:
    entries = list(read_journal(journal))
    states = [(entry.user_id, entry.state) for entry in entries]
    assert states == [
        *((id, "gone") for id in sandbox.deleted),
        ("0999", "was_not_there"),
        ("0888", "may_be_gone"),
    ]
    gone, missing, cut_off = entries[0], entries[2], entries[3]
    assert (gone.attempts, gone.run, gone.kind, gone.code) == (1, 1, None, None)
    assert gone.request_id
    assert (missing.kind, missing.code) == ("invalid_user_id", "33012")
    assert cut_off.attempts is None
    assert cut_off.time == datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    assert (gone.journal, gone.endpoint, gone.app_key) == (str(journal), sandbox.url, None)
    assert pickle.loads(pickle.dumps(gone)) == gone
    told = json.loads(json.dumps(cut_off.to_dict()))
    assert told["time"] == "2026-01-01T00:00:00.000Z"
    assert "attempts" not in told
    assert set(told) == {*("user_id", "state", "time", "run", "meaning", "journal", "endpoint")}


def test_several_files_and_many_entries(journal: Path, tmp_path: Path) -> None:
    lines = journal.read_text().splitlines(keepends=True)
    announced = lines[-1]
    second = tmp_path / "second"
    second.write_text(lines[0] + "".join(announced.replace("0888", f"1{n}") for n in range(1000)))
    entries = read_journal(journal, str(second))
    assert isinstance(next(entries), JournalEntry)
    assert len(list(entries)) == 3 + 1000


def test_what_is_no_journal_is_an_error_at_once(journal: Path, tmp_path: Path) -> None:
    other = tmp_path / "list"
    other.write_text("0125400001\n")
    with pytest.raises(JournalError, match="list is not a journal of a batch"):
        read_journal(other)
    with pytest.raises(JournalError, match="none does not exist"):
        read_journal(journal, tmp_path / "none")
    with pytest.raises(TypeError):
        read_journal(1)  # type: ignore[arg-type]
    assert list(read_journal()) == []


def test_the_documented_program_works(sandbox: Sandbox, journal: Path) -> None:
    _, rest = PAGE.read_text(encoding="utf-8").split("```python\n")
    program, _ = rest.split("```", 1)
    with child(program, str(journal)) as process:
        out, err = process.communicate(timeout=60)
    assert err == ""
    gone = " ".join(sandbox.deleted)
    assert out.splitlines() == [f"gone: 2 {gone}", "was_not_there: 1 0999", "may_be_gone: 1 0888"]
