# The two commands: `make demo` sets everything up and opens JupyterLab on the tour; `make test` sets everything up and passes every test.
# People and CI run the same targets. Needs Python 3.11+ and Node 20+; the browser tests install Debian's chromium where it is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JS_SOURCES := $(shell find js -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f \( -name '*.ts' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.json' -o -name '*.mjs' \) -print 2>/dev/null)

TOUR := $(patsubst notebooks/%,build/tour/%,$(wildcard notebooks/*.ipynb))
# JupyterLab does not start for root unless told to: in a container there is often nobody else.
LAB := $(CURDIR)/$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: demo serve lab test check pytest vitest e2e jupyter js setup chromium bench format clean

demo: .make/lab $(TOUR)  ## set up, then open JupyterLab on the tour: a copy, to play with
	cd build/tour && $(LAB) --LabApp.default_url=/lab/tree/01-hello.ipynb

serve: .make/python  ## set up, then serve the README's program and a small gallery, without Jupyter
	$(BIN)/python examples/demo.py

lab: .make/dev  ## JupyterLab on the notebooks themselves, to work on them
	cd notebooks && $(LAB)

test: check pytest vitest e2e jupyter  ## everything that CI runs

check: .make/dev  ## formatting, lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd js && npm run --silent check

pytest: .make/dev
	$(BIN)/pytest -m "not e2e and not jupyter" -n 2
	$(BIN)/pytest --nbval notebooks -q -p tests.sockets -p no:cacheprovider -W ignore -n 2 --dist loadfile

vitest: .make/js
	cd js && npm test --silent

e2e: .make/dev chromium  ## a real Chromium against a real server
	$(BIN)/pytest -m "e2e and not jupyter" -n 3

jupyter: .make/dev .make/kernels chromium  ## a real JupyterLab, on every ipykernel that behaves in its own way
	$(BIN)/pytest -m jupyter -n 3 --dist loadscope

bench: .make/bench chromium  ## the tables of benchmarks/, beside the peers
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.sync
	$(BIN)/python -m benchmarks.dom
	$(BIN)/python -m benchmarks.pictures
	$(BIN)/python -m benchmarks.lab

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
	rm -rf $(VENV) .make js/node_modules js/packages/*/dist objectsync/static objectsync_jupyter/labextension objectsync_jupyter/static build .venv-ipykernel-* .venv-marimo

# What is there is not made again: a stamp is as new as what it was made from.

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "objectsync needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)

.make/python: pyproject.toml .make/js | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@mkdir -p .make && touch $@

.make/lab: pyproject.toml .make/js | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[jupyter]'
	@mkdir -p .make && touch $@ .make/python

.make/dev: pyproject.toml .make/js | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@mkdir -p .make && touch $@ .make/lab .make/python

# What a visitor changes stays, and no file of the repository changes; a notebook that is newer here replaces it.
build/tour/%: notebooks/%
	@mkdir -p $(@D) && cp $< $@

# Each sees what $(VENV) has, and has only what differs for itself: another ipykernel, marimo.
define beside
	$(PYTHON) -m venv --without-pip $(1)
	echo 'import site; site.addsitedir("'$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')'")' \
	  > $$($(1)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/beside.pth
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check $(2)
endef

.make/kernels: pyproject.toml | .make/dev
	$(call beside,.venv-ipykernel-6.31,'ipykernel==6.31.*')
	$(call beside,.venv-ipykernel-7.3,'ipykernel==7.3.*')
	$(call beside,.venv-marimo,'marimo>=0.25')
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
