# make test     all checks and tests       make bench    benchmarks against rivals
# make report   every network report       make clean    remove what these made
#
# Each target sets up what it needs in .venv, from requirements.lock. Set-up is done once: later runs use no network.
# Choose the interpreter of a new .venv with `make PYTHON=/path/to/python3 test`.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.symland-installed
CANDIDATES := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)

.PHONY: test report bench clean setup
.DEFAULT_GOAL := test

test: setup
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest
	$(BIN)/python -O -m pytest -W ignore::pytest.PytestConfigWarning tests/reject

report: setup
	$(BIN)/symland report --all --out reports

bench: setup
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  python=; \
	  for candidate in $(CANDIDATES); do \
	    if $$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	      python=$$candidate; break; \
	    fi; \
	  done; \
	  if [ -z "$$python" ]; then \
	    echo "error: symland needs Python 3.11 or newer with the venv module; tried: $(CANDIDATES)." >&2; \
	    for candidate in $(CANDIDATES); do \
	      echo "  $$candidate: $$($$candidate --version 2>/dev/null | head -n 1 | grep . || echo "does not run")" >&2; \
	    done; \
	    echo "Install it (on Debian: python3 and python3-venv), or name it: make PYTHON=/path/to/python3 ..." >&2; \
	    exit 1; \
	  fi; \
	  echo "creating $(VENV) with $$python ($$($$python --version))"; \
	  $$python -m venv --clear $(VENV); \
	fi
	$(BIN)/python -m pip install --quiet --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
