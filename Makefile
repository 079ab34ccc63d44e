# The README's two commands are `make quickstart` and `make test`.

PYTHON ?= python3.11
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile \
	--no-loadscope-reorder

.PHONY: help setup quickstart test test-jax test-wheel soak lint format \
	options notebook clean

help:
	@echo "make quickstart  train on the sample photographs, write a page"
	@echo "make test        lint and test everything"
	@echo "make test-jax    install JAX and test what runs on it"
	@echo "make test-wheel  test the installed package on Python 3.13 too"
	@echo "make soak        train for an hour, and kill it every few minutes"
	@echo "make setup       make .venv with the locked, tested versions"
	@echo "make format      format the code"
	@echo "make options     write docs/options.md from the configuration"
	@echo "make notebook    run the notebook, and store it with its outputs"
	@echo "make clean       remove .venv and caches"

setup: .venv/.complete

.venv/.complete: requirements.lock setup.cfg setup.py pyproject.toml
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
	$(PYTEST)

JAX_TESTS := XLA_FLAGS="--xla_force_host_platform_device_count=2 \
	--xla_backend_optimization_level=0" KERAS_BACKEND=jax $(PYTEST)

test-jax: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint requirements.lock --no-build-isolation \
		--editable .[jax]
	$(JAX_TESTS) -m backend_neutral
	$(JAX_TESTS) tests/trainers/test_jax.py
	$(PYTEST) tests/test_other_backend.py tests/test_without_tensorflow.py \
		tests/experiments/measure/test_gpu_figures.py

OTHER_PYTHON ?= python3.13

# Where there is no such interpreter, on that of `make setup` alone.
test-wheel: setup
	if command -v $(OTHER_PYTHON) >/dev/null; then \
		$(OTHER_PYTHON) -m venv .venv-wheel && \
		.venv-wheel/bin/python -m pip install --quiet \
			--disable-pip-version-check . && \
		.venv-wheel/bin/python -m pip uninstall --quiet --yes semst-tf; \
	fi
	PATH="$(CURDIR)/.venv-wheel/bin:$$PATH" $(PYTEST) tests/test_wheel.py -rs

MINUTES ?= 60

soak: setup
	$(BIN)/python -m pytest -m soak
	$(BIN)/python experiments/measure/precision_table.py
	$(BIN)/python experiments/measure/soak.py --minutes=$(MINUTES)

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

options: setup
	$(BIN)/python experiments/write_options.py

notebook: setup
	$(BIN)/python experiments/write_notebook.py

clean:
	rm -rf .venv .venv-wheel .pytest_cache .ruff_cache *.egg-info
