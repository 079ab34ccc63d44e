# The README's two commands are `make quickstart` and `make test`.

PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: help setup quickstart test lint format options clean

help:
	@echo "make quickstart  train on the sample photographs, write a page"
	@echo "make test        lint and test everything"
	@echo "make setup       make .venv with the locked, tested versions"
	@echo "make format      format the code"
	@echo "make options     write docs/options.md from the configuration"
	@echo "make clean       remove .venv and caches"

setup: .venv/.complete

.venv/.complete: requirements.lock setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@touch $@

quickstart: setup
	$(BIN)/python experiments/quickstart.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: lint
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

options: setup
	$(BIN)/python experiments/write_options.py

clean:
	rm -rf .venv .pytest_cache .ruff_cache *.egg-info
