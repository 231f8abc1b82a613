"""What a user of the wheel does first, in the environment that it was installed into.

Against a sandbox of its own, or one at DINGTALK_ENDPOINT, whose contacts are the arguments then.
"""

import asyncio
import os
import pathlib
import subprocess
import sys
import tempfile

import dingtalk_extcontact
from dingtalk_extcontact import AsyncClient, Client, InvalidUserIdError
from dingtalk_extcontact.testing import Sandbox

if "free-threading" in sys.version:
    assert not sys._is_gil_enabled()

IDS = sys.argv[1:] or [f"01254{number:05}" for number in range(100)]


async def deleted(options):
    async with AsyncClient(**options) as client:
        return [ended.status for ended in await asyncio.gather(*map(client.delete, IDS[:3]))]


def use(endpoint, access_token, folder):
    options = {"access_token": access_token, "endpoint": endpoint, "rate": None}
    journal = pathlib.Path(folder) / "journal.jsonl"
    assert asyncio.run(deleted(options)) == ["deleted"] * 3
    with Client(**options) as client:
        assert client.delete(IDS[3]).status == "deleted"
        try:
            client.delete("gone")
        except InvalidUserIdError as error:
            assert error.code, error
        else:
            raise AssertionError("it should have failed")
        for settled in (False, True):
            with client.delete_many(IDS[4:], journal=journal) as items:
                assert all(item.settled_before is settled for item in items)
            assert items.summary.deleted == len(IDS) - 4


with tempfile.TemporaryDirectory() as folder:
    if sys.argv[1:]:
        use(os.environ["DINGTALK_ENDPOINT"], os.environ["DINGTALK_ACCESS_TOKEN"], folder)
    else:
        with Sandbox(contacts=IDS, calls_per_second=None) as sandbox:
            use(sandbox.url, sandbox.access_token, folder)
            assert sandbox.contacts == []
        command = [sys.executable, "-m", "dingtalk_extcontact", "demo"]
        demo = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
        assert "All 7 steps ended as they should" in demo.stdout, demo.stdout
print(f"{sys.version.split()[0]}: {len(IDS)} deleted, version {dingtalk_extcontact.__version__}")
