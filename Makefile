# Everything a newcomer needs: `make train` and `make test`. `make help` lists the rest.

PYTHON ?= python3
CONSTRAINTS ?= constraints.txt
ARGS ?=
RUN ?=
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install train evaluate test long check format bench clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  ARGS=... reaches the command: make train ARGS='total_timesteps=200000 seed=1'"
	@echo "  CONSTRAINTS=FILE installs other versions; PYTHON=python3.12 another interpreter"

install: $(STAMP)  ## make .venv with the pinned dependencies (nothing to do when up to date)

$(STAMP): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "hft_gym needs Python 3.11 or newer, $(PYTHON) is not: make install PYTHON=python3.12" >&2; \
	  exit 2; }
	@test -x $(BIN)/pip || { echo "making .venv"; $(PYTHON) -m venv .venv; } || { \
	  echo "cannot make .venv: install your system's python3-venv package" >&2; exit 2; }
	@echo "installing hft_gym and its dependencies into .venv (about a minute)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[agents,dev]'
	@touch $@

train: $(STAMP)  ## train PPO on the generated market, then judge it on held-out days
	@$(BIN)/python train.py agent=ppo $(ARGS)

evaluate: $(STAMP)  ## judge a saved run again: make evaluate RUN=runs/...
	@$(BIN)/python evaluate.py run=$(RUN) $(ARGS)

test: $(STAMP)  ## run the test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

long: $(STAMP)  ## run the tests that compile for minutes
	@$(BIN)/python -m pytest -m long -n 2 --dist loadfile $(ARGS)

check: $(STAMP)  ## lint, format, types, import layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)  ## mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(STAMP)  ## measure the environment's speed
	@$(BIN)/python -m benchmarks.env $(ARGS)

clean:  ## remove .venv and everything that tools left behind
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
