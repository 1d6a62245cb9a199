# The two commands: `make demo` sets everything up and serves the demo; `make test` sets everything up and passes every test.
# People and CI run the same targets. Needs Python 3.11+ and Node 20+; the browser tests install Debian's chromium where it is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JS_SOURCES := $(shell find js -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f \( -name '*.ts' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.json' -o -name '*.mjs' \) -print 2>/dev/null)

.PHONY: demo serve test check pytest vitest e2e js setup chromium bench format clean

demo: .make/python .make/js  ## set up, then serve the README program and a small gallery
	$(BIN)/python examples/demo.py

serve: demo

test: check pytest vitest e2e  ## everything that CI runs

check: .make/dev .make/npm  ## formatting, lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd js && npm run --silent check

pytest: .make/dev .make/js
	$(BIN)/pytest -m "not e2e"

vitest: .make/js
	cd js && npm test --silent

e2e: .make/dev .make/js chromium  ## a real Chromium against a real server
	$(BIN)/pytest -m e2e

bench: .make/bench .make/js  ## the tables of benchmarks/, beside the peers
	$(BIN)/python -m benchmarks

js: .make/js
setup: .make/dev .make/js chromium

format: .make/dev .make/npm
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd js && npm run --silent format

chromium:
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core; } \
	  || { echo "The browser tests need chromium: sudo apt-get install chromium"; exit 1; }

clean:
	rm -rf $(VENV) .make js/node_modules js/packages/*/dist objectsync/static

# What is there is not made again: a stamp is as new as what it was made from.

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "objectsync needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)

.make/python: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@mkdir -p .make && touch $@

.make/dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@mkdir -p .make && touch $@ .make/python

.make/bench: .make/dev benchmarks/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

.make/npm: js/package.json js/package-lock.json
	cd js && npm ci --silent --no-audit --no-fund
	@mkdir -p .make && touch $@

.make/js: .make/npm $(JS_SOURCES)
	cd js && npm run --silent build
	@touch $@
