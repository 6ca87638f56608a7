# Two commands for everybody: `make demo` and `make test`. Both set up what they need
# inside the checkout: .venv (our environment) and .miyar (Label Studio and its data).

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# What the tests need of the extras; gamma brings a solver of its own licence.
EXTRAS := --extra cas --extra dask --extra parquet --extra serve --extra spacy --extra splits --extra report --extra crf

.PHONY: demo test check lint setup browser benchmarks lock clean

demo: setup
	$(BIN)/miyar demo $(ARGS)

test: lint browser
	$(BIN)/python -m pytest -ra

check: lint
	$(BIN)/python -m pytest -ra -m "not studio and not browser"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: $(READY)

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is older than Python 3.11. Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (the first time takes about a minute) ..."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(BIN)/miyar --help > /dev/null
	@touch $(READY)

# The browser tests drive the system's Chromium.
browser:
	@sh tests/browser/install_chromium.sh

benchmarks: setup
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only

lock: setup
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --group dev $(EXTRAS) \
	  --no-header --no-annotate -o requirements.lock pyproject.toml

clean:
	rm -rf .venv .miyar .mypy_cache .ruff_cache .import_linter_cache .hypothesis
