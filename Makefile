# `make run` runs the broker here; `make test` and `make check` are what CI runs.
# Everything lives in .venv, which is created on first use.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet
CHECK_ENV := ENV_FILE=/dev/null DATABASE_URL=sqlite://:memory:

.PHONY: run demo test check bench screenshots fmt install install-dev browser
.NOTPARALLEL:
.DEFAULT_GOAL := run

run: install ## Set everything up if needed, then run the broker
	@$(PY) -m claudemesh.first_run
	@$(PY) manage.py welcome
	@$(PY) manage.py serve --verbosity 0

demo: install-dev ## Play the story end to end with a real broker and the real CLI
	@$(PY) -m tests.demo

test: install-dev ## All tests: the CLI, then the server on SQLite and on PostgreSQL
	cd cli && ../$(PY) -m pytest $(PYTEST_ARGS)
	TEST_DATABASE=sqlite $(PY) -m pytest $(PYTEST_ARGS)
	TEST_DATABASE=postgres $(PY) -m pytest $(PYTEST_ARGS)

check: install-dev ## Format, lint, types, layers, sizes, Django's own checks
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) .ci/sizes.py
	$(VENV)/bin/lint-imports
	$(CHECK_ENV) $(PY) manage.py check
	$(CHECK_ENV) $(PY) manage.py makemigrations --check --dry-run
	$(CHECK_ENV) $(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(CHECK_ENV) $(PY) -m mypy .

bench: install-dev ## Measure; prints one JSON line per scenario, and a table
	$(PY) -m benchmarks --table $(BENCH_ARGS)

screenshots: install-dev ## Pictures of every page into build/screenshots; SHOT_ARGS=--readme writes docs/images
	@$(PY) -m tests.screenshots $(SHOT_ARGS)

fmt: install-dev ## Format the code and fix what can be fixed
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

install: $(VENV)/installed $(VENV)/cli-wheel

install-dev: install $(VENV)/installed-dev $(VENV)/wheelhouse browser

browser: ## A Chromium for the browser tests, if there is none and we may install one
	@.ci/browser

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed, and neither python3.11 nor python3 is on PATH." >&2; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# The second line makes `claudemesh` and the wire follow the working tree.
$(VENV)/installed: requirements.txt cli/pyproject.toml | $(PY)
	@echo "Installing what the broker needs"
	@$(PIP) -r requirements.txt
	@$(PIP) --no-deps --editable ./cli
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements.txt cli/pyproject.toml | $(PY)
	@echo "Installing what tests and checks need"
	@$(PIP) -r requirements-dev.txt
	@$(PIP) --no-deps --editable ./cli
	@touch $(VENV)/installed $@

# What /install hands out, built again when the CLI has changed.
$(VENV)/cli-wheel: $(shell find cli/src cli/pyproject.toml cli/README.md -type f -not -name '*.pyc') claudemesh/installer/building.py | $(VENV)/installed
	@$(PY) manage.py build_cli_wheel --verbosity 0
	@touch $@

# What the CLI needs, for tests of the installer that must do without the network.
$(VENV)/wheelhouse: cli/pyproject.toml | $(VENV)/installed
	@echo "Fetching what the CLI needs, for tests of its installation"
	@rm -rf $@ $@.new
	@$(PY) .ci/cli_dependencies.py >$(VENV)/cli-dependencies.txt
	@$(PY) -m pip --disable-pip-version-check download --quiet --only-binary :all: \
		--dest $@.new --requirement $(VENV)/cli-dependencies.txt
	@mv $@.new $@
