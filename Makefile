# Every target sets up what it needs: on a fresh machine `make audit` is the only command.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: audit test check lint docs site bench clean
.DEFAULT_GOAL := audit

audit: $(VENV)/installed  ## build the organism once, audit it, print the scored report
	$(BIN)/auditgame audit $(ARGS)

test: $(VENV)/installed-dev  ## the whole test suite
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

check: lint test  ## all that CI runs

lint: $(VENV)/installed-dev  ## style, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/installed  ## the page of tools, with real answers
	$(BIN)/auditgame tools --page > docs/tools.md.new
	mv docs/tools.md.new docs/tools.md

site: $(VENV)/installed-dev  ## the documentation site, into build/site; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict $(ARGS)

bench: $(VENV)/installed-dev  ## speeds, side by side with plain transformers
	$(BIN)/python -m tests.bench $(ARGS)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "auditgame needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:  ## remove the environment, not the organisms
	rm -rf $(VENV)
