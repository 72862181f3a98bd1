# Everything on a fresh machine: `make install` for use, `make demo` and `make test` for work on it.
# Needs Python >= 3.11 with venv, make, and a C++ compiler or a wheel of llama.cpp (docs/install.md).
ifeq ($(OS),Windows_NT)
PYTHON ?= python
SCRIPTS := Scripts
else
PYTHON ?= python3
SCRIPTS := bin
endif
BIN := .venv/$(SCRIPTS)
MODEL := qwen2.5-coder-0.5b-instruct
UV_COMPILE = $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml

.PHONY: install update uninstall setup demo model test check check-lowest check-newest wheels release docs bench soak lock clean

# For this user, without root: an environment in the data folder, the command in ~/.local/bin.
install:
	@$(PYTHON) install.py install

update:
	@$(PYTHON) install.py update

uninstall:
	@$(PYTHON) install.py uninstall

setup: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml engine/llama_wheel/build.py
	@$(PYTHON) install.py check
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing"
	$(BIN)/python -m hearth.engine.llama_wheel install requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/hearth demo

model: setup
	@$(BIN)/hearth models path $(MODEL) >/dev/null 2>&1 || $(BIN)/hearth models pull $(MODEL)

test: model
	$(BIN)/python -m pytest

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@mkdir -p build/types/hearth && cd build/types/hearth && ln -sfn ../../../hearth.py __init__.py && \
		ln -sfn ../../../engine engine && ln -sfn ../../../lsp_server lsp_server
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py tests/test_layers_words.py
	$(BIN)/python -m tests.audit requirements.lock
	@mkdir -p build
	$(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible -o build/sbom.json requirements.lock

# The oldest versions that pyproject.toml allows, in an environment of their own; about three minutes.
check-lowest: setup
	$(BIN)/python -m tests.lowest

# The newest ones that it allows, which the lock may not have yet.
check-newest: setup
	$(BIN)/python -m tests.lowest --newest

# llama.cpp for machines without a compiler: a wheel for all processors of this kind of system, in wheels/, where
# `make install`, `make setup` and the extension take it. Twenty minutes of one core; what is compiled is kept.
wheels: build/wheels/.installed
	build/wheels/environment/$(SCRIPTS)/python -m hearth.engine.llama_wheel portable requirements.lock wheels build/wheels

build/wheels/.installed: engine/llama_wheel/requirements.txt
	$(PYTHON) -m venv build/wheels/environment
	build/wheels/environment/$(SCRIPTS)/python -m pip install -q --disable-pip-version-check -r engine/llama_wheel/requirements.txt
	@touch $@

# What a release consists of, in dist/release with checksums (RELEASING.md); needs Node 22 or newer.
release: check
	$(BIN)/python release.py

# The pages as a site in build/site; a link that leads nowhere is an error.
docs: build/docs/.installed
	build/docs/$(SCRIPTS)/python -m sphinx --fail-on-warning --keep-going -q -c docs . build/site
	@echo "open build/site/index.html"

build/docs/.installed: docs/requirements.txt
	$(PYTHON) -m venv build/docs
	build/docs/$(SCRIPTS)/python -m pip install -q --disable-pip-version-check -r docs/requirements.txt
	@touch $@

bench: model
	$(BIN)/python -m tests.benchmarks

# Faults and fuzz cases by the thousand, then an hour of typing; figures and the memory curve go to build/soak.
soak: model
	$(BIN)/python -m tests.reliability.fuzz
	$(BIN)/python -m tests.reliability.chaos
	HEARTH_SOAK=1 $(BIN)/python -m pytest -q -s tests/reliability/adversarial
	$(BIN)/python -m tests.reliability.real_servers
	$(BIN)/python -m tests.reliability.soak

lock: setup
	$(BIN)/python -m pip install -q uv
	$(UV_COMPILE) -o requirements.lock -q

clean:
	rm -rf .venv .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
