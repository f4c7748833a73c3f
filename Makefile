# Everything a newcomer needs: `make train` and `make test`. `make help` lists the rest.

PYTHON ?= python3
CONSTRAINTS ?= constraints.txt
ARGS ?=
RUN ?=
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

# What is in .venv: what training needs, and on top what the checks need: half a minute more.
TO_TRAIN := .venv/.to-train
TO_CHECK := .venv/.to-check
PINS := .venv/.pins
# one installation at a time, and none beside a training, whatever -j says
NEEDED := $(if $(filter install test long check format,$(MAKECMDGOALS)),$(TO_CHECK),$(TO_TRAIN))

.DEFAULT_GOAL := help
.PHONY: help install train evaluate test long check format bench clean always

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  ARGS=... reaches the command: make train ARGS='total_timesteps=200000 seed=1'"
	@echo "  CONSTRAINTS=FILE installs other versions; PYTHON=python3.12 another interpreter"

install: $(NEEDED)  ## make .venv with all pinned dependencies (nothing to do when up to date)

# another file of pins is another installation, however old the file is
$(PINS): always
	@mkdir -p $(@D)
	@test "$$(cat $@ 2>/dev/null)" = '$(CONSTRAINTS)' || echo '$(CONSTRAINTS)' > $@

# pip would turn every module of every package into byte code; what training imports is enough
IMPORTED := hydra, matplotlib.pyplot, numba.core.registry, pyarrow, stable_baselines3, \
  torch._dynamo, torch.utils.tensorboard
# what Numba itself imports with the first kernel
FIRST_KERNEL := numba.core.registry.cpu_target.target_context.refresh()
$(TO_TRAIN): pyproject.toml $(CONSTRAINTS) $(PINS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "hft_gym needs Python 3.11 or newer, $(PYTHON) is not: make install PYTHON=python3.12" >&2; \
	  exit 2; }
	@test -x $(BIN)/pip || { echo "making .venv"; $(PYTHON) -m venv .venv; } || { \
	  echo "cannot make .venv: install your system's python3-venv package" >&2; exit 2; }
	@echo "installing hft_gym and what training needs into .venv (half a minute)"
	@$(PIP) --no-compile -c $(CONSTRAINTS) -e '.[agents]'
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -c 'import $(IMPORTED); $(FIRST_KERNEL)'
	@touch $@

$(TO_CHECK): $(TO_TRAIN)
	@echo "installing what the checks need on top (half a minute)"
	@$(PIP) -c $(CONSTRAINTS) -e '.[agents,dev]'
	@touch $@

train: $(NEEDED)  ## train PPO on the generated market, then judge it on held-out days
	@$(BIN)/python train.py agent=ppo $(ARGS)

evaluate: $(NEEDED)  ## judge a saved run again: make evaluate RUN=runs/...
	@$(BIN)/python evaluate.py run=$(RUN) $(ARGS)

test: $(NEEDED)  ## run the test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

long: $(NEEDED)  ## run the tests that compile for minutes
	@$(BIN)/python -m pytest -m long -n 2 --dist loadfile $(ARGS)

check: $(NEEDED)  ## lint, format, types, import layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(NEEDED)  ## mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(NEEDED)  ## measure the environment's speed
	@$(BIN)/python -m benchmarks.env $(ARGS)

clean:  ## remove .venv and everything that tools left behind
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
