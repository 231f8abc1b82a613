"""The package as it is installed: version, weight of the import, stubs, names."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import dingtalk_extcontact
from conftest import run
from dingtalk_extcontact import AsyncClient, Client, _native, testing

PACKAGE = Path(dingtalk_extcontact.__file__).parent
ROOT = Path(__file__).resolve().parents[2]


def test_one_version_everywhere() -> None:
    version = dingtalk_extcontact.__version__
    assert importlib.metadata.version("dingtalk-extcontact") == version
    manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{version}"\n' in manifest


def test_the_import_is_light() -> None:
    code = """
import sys
before = set(sys.modules)
import dingtalk_extcontact
print(*sorted(set(sys.modules) - before))
"""
    loaded = run(code)
    others = [name for name in loaded.split() if not name.startswith("dingtalk_extcontact")]
    # Both are a few lines; atexit is built in.
    assert set(others) <= {"__future__", "atexit"}
    assert "dingtalk_extcontact._async" not in loaded.split()


def test_all_names_are_there() -> None:
    for name in dingtalk_extcontact.__all__:
        assert getattr(dingtalk_extcontact, name) is not None
        assert name in dir(dingtalk_extcontact)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = dingtalk_extcontact.nonsense


def test_names_in_a_traceback_can_be_imported() -> None:
    for name in dingtalk_extcontact.__all__:
        thing = getattr(dingtalk_extcontact, name)
        if inspect.isclass(thing):
            module = importlib.import_module(thing.__module__)
            assert getattr(module, thing.__qualname__) is thing


def test_type_information_is_shipped() -> None:
    assert (PACKAGE / "py.typed").is_file()
    assert (PACKAGE / "_native.pyi").is_file()
    names = {str(path) for path in importlib.metadata.files("dingtalk-extcontact") or ()}
    assert any(re.search(r"licenses/LICENSE-MIT$", name) for name in names)


def documented(node: Any, thing: Any, where: str) -> None:
    """The words in the stub are those of the module."""
    for child in node.body:
        if isinstance(child, (ast.ClassDef, ast.FunctionDef)):
            name = f"{where}{child.name}"
            member = inspect.getattr_static(thing, child.name)
            real = getattr(thing, child.name)
            if isinstance(child, ast.ClassDef):
                documented(child, real, name + ".")
            words = ast.get_docstring(child)
            if words is None:
                assert child.name.startswith("__"), f"{name} is not documented in the stub"
                continue
            text = inspect.getdoc(member if inspect.isdatadescriptor(member) else real)
            assert text == words, name


def test_the_stub_documents_everything_in_the_words_of_the_module() -> None:
    tree = ast.parse((PACKAGE / "_native.pyi").read_text(encoding="utf-8"))
    documented(tree, _native, "")


def options_of(function: Any) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    return {each.name: each.default for each in parameters if each.default is not each.empty}


@pytest.mark.skipif(sys.version_info < (3, 10), reason="3.9 knows no signature of such a class")
def test_signatures_have_the_defaults_of_the_core() -> None:
    """The stub has those of the module, says stubtest."""
    defaults = _native.defaults()
    concurrency = defaults.pop("concurrency")
    assert options_of(Client) == options_of(AsyncClient) == defaults
    # The environment may name them.
    assert options_of(Client.from_env) == {**defaults, "region": None}
    assert options_of(Client.delete_many)["concurrency"] == concurrency
    assert options_of(AsyncClient.delete_many)["concurrency"] == concurrency
    readme = (ROOT / "bindings-python" / "README.md").read_text(encoding="utf-8")
    for name in ("timeout", "attempt_timeout", "connect_timeout", "max_attempts", "rate"):
        told = re.search(rf"^\| `{name}` \| (\d+)", readme, re.MULTILINE)
        assert told is not None, name
        assert float(told[1]) == defaults[name], name


def stated_options(source: str, class_name: str, function: str) -> dict[str, str]:
    """The defaults as type checkers see them."""
    tree = ast.parse((PACKAGE / source).read_text(encoding="utf-8"))
    (owner,) = (node for node in tree.body if getattr(node, "name", "") == class_name)
    found = next(
        node
        for node in ast.walk(owner)
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    pairs = zip(found.args.kwonlyargs, found.args.kw_defaults)
    return {name.arg: ast.unparse(default) for name, default in pairs if default is not None}


def test_both_clients_state_the_same_options() -> None:
    for mine, other in (("__init__", "__new__"), ("from_env", "from_env")):
        stated = stated_options("_async.py", "AsyncClient", mine)
        assert len(stated) == len(_native.defaults()) - 1
        assert stated == stated_options("_native.pyi", "Client", other)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="3.9 knows no signature of such a class")
def test_the_sandbox_has_the_defaults_that_it_states() -> None:
    stated = options_of(testing.Sandbox)
    with testing.Sandbox() as usual, testing.Sandbox(**stated) as same:
        assert usual.contacts == same.contacts
        assert usual.app_key == same.app_key
