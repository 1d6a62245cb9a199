# The two commands: `make demo` sets everything up and serves the demo; `make test` sets everything up and passes every test.
# People and CI run the same targets. Needs Python 3.11+ and Node 20+; the browser tests install Debian's chromium where it is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JS_SOURCES := $(shell find js -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f \( -name '*.ts' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.json' -o -name '*.mjs' \) -print 2>/dev/null)

.PHONY: demo lab test check pytest vitest e2e jupyter js setup chromium bench format clean

demo: .make/python  ## set up, then serve the README program and a small gallery
	$(BIN)/python examples/demo.py

lab: .make/dev  ## JupyterLab on the tour
	$(BIN)/jupyter lab notebooks/01-hello.ipynb

test: check pytest vitest e2e  ## everything that CI runs

check: .make/dev  ## formatting, lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd js && npm run --silent check

pytest: .make/dev
	$(BIN)/pytest -m "not e2e and not jupyter"
	$(BIN)/pytest --nbval notebooks -q -p no:cacheprovider -W ignore

vitest: .make/js
	cd js && npm test --silent

e2e: .make/dev chromium  ## a real Chromium against a real server
	$(BIN)/pytest -m "e2e and not jupyter"

# Six minutes, and not yet as steady as CI has to be (CONTRIBUTING.md); the notebooks themselves and the comm's tests are in `pytest`.
jupyter: .make/dev .make/kernels chromium  ## a real JupyterLab, on every ipykernel that behaves in its own way
	$(BIN)/pytest -m jupyter

bench: .make/bench  ## the tables of benchmarks/, beside the peers
	$(BIN)/python -m benchmarks

js: .make/js
setup: .make/dev chromium

format: .make/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd js && npm run --silent format

chromium:
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core; } \
	  || { echo "The browser tests need chromium: sudo apt-get install chromium"; exit 1; }

clean:
	rm -rf $(VENV) .make js/node_modules js/packages/*/dist objectsync/static objectsync_jupyter/labextension .venv-ipykernel-*

# What is there is not made again: a stamp is as new as what it was made from.

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "objectsync needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)

.make/python: pyproject.toml .make/js | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@mkdir -p .make && touch $@

.make/dev: pyproject.toml .make/js | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@mkdir -p .make && touch $@ .make/python

.make/kernels: pyproject.toml .make/js | $(BIN)/python
	for version in 6.31 7.3; do \
	  $(PYTHON) -m venv .venv-ipykernel-$$version && \
	  .venv-ipykernel-$$version/bin/python -m pip install --quiet --disable-pip-version-check -e . "ipykernel==$$version.*" || exit 1; \
	done
	@touch $@

.make/bench: .make/dev benchmarks/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

.make/npm: js/package.json js/package-lock.json
	cd js && npm ci --silent --no-audit --no-fund
	@mkdir -p .make && touch $@

.make/js: .make/npm $(JS_SOURCES)
	cd js && npm run --silent build
	@touch $@
