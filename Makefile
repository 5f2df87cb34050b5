# `make demo` runs the main job, `make test` the suite; both install what is missing first and reuse what is there.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ECOT := $(BIN)/ecot
OUTPUT ?= runs/demo
# Of each environment.
EPISODES ?= 12
WORKERS ?= $(shell nproc)
SEEDS ?= 1
# Executables that the environments run, and the Debian packages that hold them.
PROGRAMS := bwrap
PACKAGES := bubblewrap
# Verilog
PROGRAMS += iverilog vvp yosys verilator g++
PACKAGES += iverilog yosys verilator g++
# Assembly
PROGRAMS += gcc as ld
PACKAGES += gcc binutils
# Embedded firmware
PROGRAMS += arm-none-eabi-gcc qemu-system-arm
PACKAGES += gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm
# 3D modelling: shared libraries that Python wheels expect of the system
LIBRARIES := libGL.so.1
PACKAGES += libgl1
AS_ROOT := $(if $(filter 0,$(shell id -u)),,$(shell command -v sudo >/dev/null && echo sudo -n))

.DEFAULT_GOAL := help
.PHONY: help demo test learn bench verify lint docs toolchains setup clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: setup ## play every installed environment on the real tools: trajectories, datasets, an evaluation, a page
	-@$(ECOT) doctor
	@for env in $$($(ECOT) doctor --installed); do \
		echo "== $$env"; \
		$(ECOT) collect env=$$env agent=scripted episodes=$(EPISODES) workers=$(WORKERS) seed=1 output=$(OUTPUT)/episodes \
			|| exit 1; \
	done
	@rm -rf $(OUTPUT)/dataset
	@$(ECOT) export $(OUTPUT)/episodes --output $(OUTPUT)/dataset
	@$(ECOT) evaluate --agents oracle,scripted,noop limit=$(EPISODES) workers=$(WORKERS) output=$(OUTPUT)/evaluation
	@$(ECOT) view $(OUTPUT)/episodes --html $(OUTPUT)/episodes.html
	@$(ECOT) show $(OUTPUT)/episodes --limit 1
	@echo "Trajectories: $(OUTPUT)/episodes    read them: $(ECOT) show $(OUTPUT)/episodes, or open $(OUTPUT)/episodes.html"
	@echo "Datasets: $(OUTPUT)/dataset    evaluation: $(OUTPUT)/evaluation"

# The viewer's page is opened in a real browser.
test: PROGRAMS += chromium
test: PACKAGES += chromium
test: setup ## the whole suite: lint, types, architecture, unit, tool, sandbox and quick proof tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

learn: setup ## make a small model from scratch and watch it learn from the tools; writes docs/learn.md
	$(ECOT) learn 'seeds=[$(SEEDS)]' --page docs/learn.md

bench: setup ## measure the targets side by side, print a table
	$(ECOT) bench --json docs/bench.json

verify: setup ## every task family proves itself, all mutants and hacks; resumes
	$(ECOT) verify --full

lint: setup ## what pre-commit runs
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/codespell

docs: setup ## write the pages that are generated from the domains
	$(ECOT) docs

setup: toolchains $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, and $(PYTHON) is older; run: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "installing python3-venv"; $(AS_ROOT) apt-get install -qq -y python3-venv >/dev/null; } || \
	  { echo "python3-venv is missing; install it with: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing Python packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

toolchains:
	@missing=""; for program in $(PROGRAMS); do command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	for library in $(LIBRARIES); do PATH="$$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q "$$library" || missing="$$missing $$library"; done; \
	if [ -n "$$missing" ]; then \
	  if command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || [ -n "$(AS_ROOT)" ]; }; then \
	    echo "installing $(PACKAGES) (missing:$$missing)"; \
	    { $(AS_ROOT) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(AS_ROOT) apt-get install -qq -y --no-install-recommends $(PACKAGES) >/dev/null; } \
	    || echo "could not install; as root, run: apt-get install $(PACKAGES)"; \
	  else echo "missing:$$missing; as root, run: apt-get install $(PACKAGES) (going on with what is there)"; fi; \
	fi

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist src/*.egg-info
