"""A DingTalk to try against, for your own tests.

    from dingtalk_extcontact import Client
    from dingtalk_extcontact.testing import Sandbox

    with Sandbox(contacts=["0125400001"]) as sandbox:
        client = Client(access_token=sandbox.access_token, endpoint=sandbox.url)
        client.delete("0125400001")
        assert sandbox.deleted == ["0125400001"]

With pytest the fixture ``dingtalk_sandbox`` is one, made anew for each test; the marker
``@pytest.mark.dingtalk_sandbox(...)`` gives it the options of ``Sandbox``.
"""

from ._native import Request, Sandbox

__all__ = ["Request", "Sandbox"]
