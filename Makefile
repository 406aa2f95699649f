# Modelyard: two commands a newcomer needs are `make up` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
UV     := $(VENV)/bin/uv
STAMP  := $(VENV)/.installed
# What was built for this checkout, and in how many seconds: `make bench` adds it to a first story.
BUILT  := .modelyard/built.jsonl
STORY  ?= tell
MODEL  ?= flight_delay
WEEKS  ?= 26
# Tests at a time. One worker has the acceptance tests; of the others, many start servers and
# clusters and wait for them, so that more workers than cores make them wait for each other.
WORKERS ?= 2
# Line coverage that each room keeps, in per cent; the processes that tests start are counted.
FLOORS := infra=90 ml=90 policy=90 modelyard=90 sandbox=80 tools=80

SHELL := /bin/bash
export PYTHONPATH := $(CURDIR)
# The sandbox starts many short Python processes: without bytecode each compiles its imports again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup tools up story down test floors test-fast check lock bench clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## create .venv from the hash-pinned lock

$(STAMP): requirements.txt tools/lock/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Modelyard needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@[ "$$(uname -s)" = Linux ] || { echo "The sandbox runs on Linux (or WSL2) only; this is $$(uname -s)."; exit 1; }
	@echo "setup: creating $(VENV) from requirements.txt (about a minute the first time)"
	@[ -x $(PY) ] || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/lock/bootstrap.txt
	@$(UV) pip install --quiet --python $(PY) --no-deps --require-hashes --compile-bytecode -r requirements.txt
# Make expands a whole recipe before it runs its first line: the inner date is the beginning.
	@mkdir -p $(dir $(BUILT)) && at=$$(date +%s) && \
	  echo "{\"what\": \"setup\", \"seconds\": $$((at - $(shell date +%s))), \"at\": $$at}" >> $(BUILT)
	@touch $@

tools: setup ## find or build the engine, the control plane and the node (minutes, once)
	@$(PY) -m tools ensure --note $(BUILT)

up: tools ## bring everything up and tell the story once (MODEL=…: of a model of yours; STORY=release: without the half year; WEEKS=3: with its first weeks only; STORY=none: environments only)
	@$(PY) -m modelyard up --story $(STORY) --model $(MODEL) --weeks $(WEEKS)

story: tools ## tell the story again, from empty environments
	@$(PY) -m modelyard story --from-empty --model $(MODEL)

down: ## stop the sandbox; says first what will be lost
	@if [ -x $(PY) ]; then $(PY) -m modelyard sandbox down --yes; else echo "nothing is set up here"; fi

test: tools ## run all tests, tell how long recoveries took, and hold each room's line coverage to its floor
	@rm -rf .coverage
	@$(VENV)/bin/coverage run -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder --durations=25 --junitxml=.coverage/run.xml
	@$(VENV)/bin/coverage combine --quiet
# A process that a test killed left half a file: it would be warned of at every room.
	@find .coverage -name 'data.*' -delete
	@$(PY) -m bench.recoveries .coverage/run.xml
	@$(MAKE) --no-print-directory floors

# Not rounded: 89.5 is below 90.
floors:
	@failed=0; for floor in $(FLOORS); do \
	  room=$${floor%=*}; least=$${floor#*=}; below=""; \
	  covered=$$($(VENV)/bin/coverage report --include="$$room/*" --format=total --precision=2 --fail-under="$$least") \
	    || { failed=1; below=": BELOW ITS FLOOR"; }; \
	  printf 'coverage: %-10s %6s %% of lines, at least %s%s\n' "$$room" "$${covered%%[!0-9.]*}" "$$least" "$$below"; \
	done; exit $$failed

test-fast: setup ## run the unit tests: no engine, no processes, nothing slow
	@$(PY) -m pytest -n auto --dist loadscope -m "not engine and not process and not slow"

check: setup ## lint, format, types, import contracts
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

lock: setup ## compile the locks again from pyproject.toml
	@$(UV) pip compile --quiet pyproject.toml --group dev --override tools/lock/overrides.txt --generate-hashes --no-header -o requirements.txt
	@$(UV) pip compile --quiet --group pyproject.toml:workload -c requirements.txt --generate-hashes --no-header -o images/workload/requirements.txt
	@$(UV) pip compile --quiet --no-header --generate-hashes -c requirements.txt -o tools/lock/bootstrap.txt - <<< "uv"

bench: tools ## print seconds and rows per stage of the story that was told, and the share of its limits
	@$(PY) -m bench.story

clean: down ## stop the sandbox and remove everything that was built in this checkout
	@rm -rf $(VENV) .modelyard
