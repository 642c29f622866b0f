# Everything sets itself up: a virtual environment from the locked, hashed requirements, and the project in it.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: run test lint soak bench lock clean

run: $(VENV)/run
	$(BIN)/sparwijzer serve

test: $(VENV)/dev
	sh tests/system-packages.sh
	$(BIN)/pytest $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sparwijzer content check
	$(BIN)/python -m migrations.check

# The kill test with many people and many kills, and a database that is away for long.
soak: $(VENV)/dev
	SOAK_PEOPLE=200 SOAK_KILLS=20 SOAK_AWAY=10 $(BIN)/pytest -s tests/bot/test_kill.py tests/bot/test_durability.py

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks

# Pinned versions with hashes, for every platform and without index addresses.
lock: $(VENV)/dev
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--python-version 3.11 --extra build pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--python-version 3.11 --extra build --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Sparwijzer needs Python 3.11 or newer; none was found." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# The lock is whole; --no-deps, because it overrides what one package asks for (tool.uv in pyproject.toml).
$(VENV)/dev: requirements-dev.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/run

clean:
	rm -rf $(VENV)
