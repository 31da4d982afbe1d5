# Everything a developer or CI runs. Needs make and Python 3.11 or newer with venv; the rest comes from PyPI.

PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
LOWEST := .venv-lowest
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# A venv of somebody else's must not leak into ours.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DELETE_ON_ERROR:
.PHONY: help venv demo test check fmt schemas bench test-lowest constraints clean

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 16

venv: $(READY) ## Set up .venv with pkgplan, editable, and every tool at its pinned version

demo: $(READY) ## Show the main job: plan and apply a package, change its price, plan and apply again
	PATH="$(abspath $(BIN)):$$PATH" sh tests/acceptance/demo.sh

test: $(READY) ## Run all tests, on every core
	$(BIN)/python -m pytest --numprocesses auto

check: $(READY) ## Formatting, lint, types, import contracts, freshness of the schemas
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pkgplan schema --check --guide catalog/README.md

fmt: $(READY) ## Format the code and fix what can be fixed safely
	$(BIN)/ruff check --fix --exit-zero src tests
	$(BIN)/ruff format src tests

schemas: $(READY) ## Write schemas/ and the tables of catalog/README.md anew from the catalog models
	$(BIN)/pkgplan schema --write --guide catalog/README.md

bench: $(READY) ## Time and memory of a plan over many packages
	for benchmark in tests/benchmarks/bench_*.py; do $(BIN)/python $$benchmark || exit 1; done

test-lowest: $(LOWEST)/.ready ## Run all tests on the lowest versions that pyproject.toml allows
	$(LOWEST)/bin/python -m pytest --numprocesses auto -p no:cacheprovider

constraints: ## Pin the newest versions that pyproject.toml allows
	rm -rf .venv-newest
	$(PYTHON) -m venv .venv-newest
	.venv-newest/bin/python -m pip install --quiet hatchling editables
	.venv-newest/bin/python -m pip install --quiet --no-build-isolation --editable '.[dev]'
	grep '^#' constraints.txt >.venv-newest/constraints.txt
	.venv-newest/bin/python -m pip freeze --exclude-editable >>.venv-newest/constraints.txt
	mv .venv-newest/constraints.txt constraints.txt
	rm -rf .venv-newest

clean: ## Remove everything that was made here
	rm -rf .venv .venv-lowest .venv-newest .demo build dist .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The build backend is installed first and pinned like the rest, instead of being fetched by an isolated build.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(call set-up,$(VENV),constraints.txt)
	touch $@

# "name>=1.2" in pyproject.toml becomes "name==1.2"; stubs have no such version, and no test needs them.
$(LOWEST)/.ready: pyproject.toml
	mkdir -p $(LOWEST)
	sed -nE '/"types-/d; s/^ *((metronome|serve) = \[)?"([A-Za-z0-9._-]+)>=([0-9.]+).*/\3==\4/p' pyproject.toml | sort -u \
		>$(LOWEST)/constraints.txt
	$(call set-up,$(LOWEST),$(LOWEST)/constraints.txt)
	touch $@

define set-up
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; say PYTHON=/path/to/python" >&2; exit 1; }
	rm -rf $(1)/bin $(1)/lib
	$(PYTHON) -m venv $(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(2) hatchling editables
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(2) \
		--no-build-isolation --editable '.[dev]'
endef
