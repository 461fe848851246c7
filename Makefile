# One command for each thing that people do. Everything runs in .venv, which `make setup` makes from the
# lock files with nothing but Python 3.11 to 3.13 (with venv and pip) and make. Without make:
# `pip install .` and the same `havenward` commands.

VENV := .venv
BIN := $(VENV)/bin
OUT := out
# pip: no chatter, no upgrade notice, no questions
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
VERSION_FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
# the first interpreter that fits; name another with `make setup PYTHON=/path/to/python`
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c '$(VERSION_FITS)' >/dev/null 2>&1 && echo $$p && break; done)

.PHONY: help setup setup-dev demo test check format docs docs-site bench wheel lock clean
.PHONY: fuzz bench-record release wheelhouse matrix licences audit sbom
.DEFAULT_GOAL := help

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1|\2/p' Makefile | \
		while IFS='|' read -r target words; do printf '%-17s %s\n' "$$target" "$$words"; done

setup: $(VENV)/.runs ## Make .venv with .venv/bin/havenward

setup-dev: $(VENV)/.tests ## The same, with what tests and checks need

demo: setup ## Turn the bundled case into run folders and a brief in out/demo
	$(BIN)/havenward demo --out $(OUT)/demo --replace

test: setup-dev ## Run all tests
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: setup-dev ## Check format, lint, types, docs and architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy release
	$(BIN)/python docs/build.py --check
	$(BIN)/python -m pytest tests/test_architecture.py tests/test_docs.py

format: setup-dev ## Format the code and repair what lint can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup-dev ## Write the generated pages of docs/
	$(BIN)/python docs/build.py

docs-site: setup-dev ## Build the docs as a site that needs no network, into out/site
	$(BIN)/python docs/build_site.py --out $(OUT)/site

MIN ?= 1
fuzz: setup-dev ## Try inputs on every parser, MIN minutes in all
	nice -n 15 $(BIN)/python fuzz/run.py --minutes $(MIN)

bench: setup-dev ## Measure speed and memory
	@test -f benchmarks/run.py || { echo "make bench: benchmarks/run.py is missing" >&2; exit 1; }
	$(BIN)/python benchmarks/run.py

bench-record: setup-dev ## The same, and add what was found to benchmarks/history.csv
	$(BIN)/python benchmarks/run.py --record

wheel: setup-dev ## Build the wheel into dist/
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

release: setup-dev ## Build the last commit twice, compare, list parts and sign: out/release (KEY=FILE signs)
	$(BIN)/python release/build.py --out $(OUT)/release $(if $(KEY),--key "$(KEY)")

wheelhouse: setup-dev ## Collect all wheels for a machine without a network: out/wheelhouse
	$(BIN)/python release/wheelhouse.py --out $(OUT)/wheelhouse

matrix: setup-dev ## Try each Python with the oldest and newest libraries that are allowed (needs uv)
	$(BIN)/python release/matrix.py --out $(OUT)/matrix

licences: setup-dev ## Check that all may be passed on, and on which terms
	$(BIN)/python release/licences.py

audit: licences ## Look for known vulnerabilities (ADVISORIES=FILE: a dump of OSV, offline)
	$(BIN)/python release/audit.py $(if $(ADVISORIES),--advisories "$(ADVISORIES)")

sbom: setup-dev ## List what a release consists of: out/sbom.cdx.json
	$(BIN)/python release/sbom.py --out $(OUT)/sbom.cdx.json

lock: ## Renew both lock files (needs uv)
	uv pip compile pyproject.toml --group build $(LOCK_OPTIONS) --output-file requirements.lock
	uv pip compile pyproject.toml --group dev --constraint requirements.lock $(LOCK_OPTIONS) \
		--output-file requirements-dev.lock

# one version of each package for all Pythons and systems, so that results do not depend on either
LOCK_OPTIONS := --quiet --all-extras --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock"

clean: ## Remove what make has made, .venv included
	rm -rf $(VENV) $(OUT) build dist

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
		echo "make setup: no Python 3.11, 3.12 or 3.13 was found; name one: make setup PYTHON=/path/to/python" >&2; \
		exit 1; }
	@"$(PYTHON)" -c '$(VERSION_FITS)' || { \
		echo "make setup: $(PYTHON) is not Python 3.11, 3.12 or 3.13; name another: make setup PYTHON=/path/to/python" >&2; \
		exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' || { \
		echo "make setup: $(PYTHON) lacks venv or ensurepip; install them (Debian, Ubuntu: apt-get install python3-venv)," >&2; \
		echo "or name another Python: make setup PYTHON=/path/to/python" >&2; \
		exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.runs: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements.lock names into $(VENV) (about 950 MB on disk) ..."
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tests: requirements-dev.lock $(VENV)/.runs
	@echo "Installing what tests and checks need ..."
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@
