# Everything happens in .venv; nothing outside this folder is changed.
#
#   make run        prepare this copy and run it until Ctrl-C (HOST, PORT, DATA_DIR)
#   make setup      only make the environment, with the tools for development
#                   (both put the command `wildlife` into .venv/bin)
#   make test       every check: lint, types, layers, migrations, tests
#   make test-deep  the slow tests too
#   make messages   bring the translations in locale/ up to date (needs GNU gettext)
#   make format     put the code into its form
#   make lock       pin the requirements again
#   make clean      remove the environment and what was built; data stays

.DEFAULT_GOAL := help
.PHONY: help run setup messages test test-deep check lint types layers migrations format lock clean
.DELETE_ON_ERROR:

PY := .venv/bin/python
PYTHON ?= $(shell for one in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$one && break; done)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@sed -n 's/^#   //p' Makefile

run: .venv/for-running
	@exec $(PY) -m wildlife.ops

setup: .venv/for-development

messages: setup
	$(PY) manage.py messages

test: check
	$(PY) -m pytest -m "not deep" -n 2 --dist loadgroup

test-deep: check
	$(PY) -m pytest -n 2 --dist loadgroup

check: lint types layers migrations

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: lint
	$(PY) -m mypy

layers: types
	$(PY) -c "from importlinter.cli import lint_imports_command as run; run()"

migrations: layers
	$(PY) manage.py makemigrations --check --dry-run

format: setup
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# The three files agree with each other: web is a part of running, running a part of development.
LOCK = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
	--overrides requirements-overrides.txt
lock: setup
	$(LOCK) requirements-web.in -o requirements-web.txt
	$(LOCK) requirements.in -c requirements-web.txt -o requirements.txt
	$(LOCK) --overrides requirements-dev-overrides.txt \
		requirements-dev.in -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf .venv build wildlife.egg-info staticfiles artifacts .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +

# The lists are complete and pinned, so nothing is to be resolved (--no-deps). uv is much quicker;
# where it cannot be had, pip does the same.
define install
	@echo "installing $(1) into .venv"
	@if $(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install --quiet uv; then \
		$(PY) -m uv pip install --python $(PY) --no-deps -r $(1) || \
		$(PY) -m pip install --no-deps -r $(1); \
	else \
		$(PY) -m pip install --no-deps -r $(1); \
	fi
	@$(call command)
	@touch $@
endef

# The command `wildlife` and its client, as they lie here. Built by the setuptools of the list, so
# that nothing is fetched (--no-build-isolation).
define command
	if $(PY) -m uv --version >/dev/null 2>&1; then \
		$(PY) -m uv pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .; \
	else \
		$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .; \
	fi
endef

.venv/for-running: requirements.txt | $(PY)
	$(call install,requirements.txt)

.venv/for-development: requirements-dev.txt | $(PY)
	$(call install,requirements-dev.txt)
	@touch .venv/for-running

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is older. Set PYTHON=…" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
