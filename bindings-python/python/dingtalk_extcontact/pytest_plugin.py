"""The pytest fixture ``dingtalk_sandbox``; pytest finds it by itself."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .testing import Sandbox

__all__ = ["dingtalk_sandbox", "pytest_configure"]


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line(
        "markers", "dingtalk_sandbox(**options): the options of the fixture dingtalk_sandbox"
    )


@pytest.fixture
def dingtalk_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of this test's own."""
    from .testing import Sandbox

    marker = request.node.get_closest_marker("dingtalk_sandbox")
    options: dict[str, Any] = marker.kwargs if marker else {}
    with Sandbox(**options) as sandbox:
        yield sandbox
