# Thin: each target is what a person would type. `make demo` to see what it is for, `make
# test` to run every test, `make lint` before a commit.

.PHONY: demo demo-languages test lint addon wheel header install bench test-rust test-c test-python test-node test-examples
.NOTPARALLEL:

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
VENV := $(TARGET)/venv
PREFIX ?= /usr/local

# The tests of the addons for Python and Node are in Python and JavaScript.
RUST := --workspace --locked --exclude dingtalk-extcontact-python --exclude dingtalk-extcontact-node

EXAMPLES := PYTHON=$(VENV)/bin/python examples/run.sh $(TARGET)/debug $(TARGET)/debug/dingtalk-extcontact

# The command first, as it takes the least building; the packages are built as a user gets them.
demo:
	cargo run --quiet --locked -p dingtalk-extcontact-cli -- demo
	$(MAKE) demo-languages

demo-languages: $(VENV)/installed addon
	cargo build --quiet --locked -p dingtalk-extcontact-cli -p dingtalk-extcontact-c
	@echo; echo "The same deletion from each language:"
	DTX_DEMO=1 $(EXAMPLES)

test: test-rust test-c test-python test-node test-examples

test-rust:
	cargo test $(RUST)

test-c:
	$(MAKE) -C bindings-c test

test-python: $(VENV)/installed
	cargo build --quiet --locked -p dingtalk-extcontact-sandbox --bin dingtalk-extcontact-replay
	cd bindings-python && $(VENV)/bin/python -m pytest -q
	cd bindings-python && $(VENV)/bin/python -m mypy.stubtest dingtalk_extcontact --mypy-config-file pyproject.toml
	cd bindings-python && $(VENV)/bin/mypy && $(VENV)/bin/pyright --pythonpath $(VENV)/bin/python

test-node: addon
	cd bindings-node && $(if $(DTX_REQUIRE_ALL),npm run runtimes &&) npm test

test-examples: $(VENV)/installed addon
	cargo build --quiet --locked -p dingtalk-extcontact-cli -p dingtalk-extcontact-c
	$(EXAMPLES)
	$(VENV)/bin/python tools/readme.py $(TARGET)/debug/dingtalk-extcontact $(TARGET)/debug

# The Python package in an environment of its own, with what its tests need.
$(VENV)/installed: $(shell git ls-files core cli sandbox bindings-python/src bindings-python/python) Cargo.lock
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r bindings-python/requirements-dev.txt
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps ./bindings-python
	touch $@

# The addon for Node, beside its sources.
addon:
	cd bindings-node && npm ci --silent && npm run --silent build

lint: $(VENV)/installed
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
	cargo metadata --format-version 1 --locked | python3 tools/licences.py
	cd bindings-python && $(VENV)/bin/ruff format --check . && $(VENV)/bin/ruff check .

header install:
	$(MAKE) -C bindings-c $@

bench:
	python3 bench/run.py
