# Two commands for everybody: `make demo` and `make test`. Both set up what they need
# inside the checkout: .venv (our environment) and .miyar (environments of their own for
# Label Studio and, for the tests alone, for transformers).

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# What the tests need of the extras; gamma brings a solver of its own licence.
EXTRAS := --extra cas --extra parquet --extra serve --extra spacy --extra splits --extra report --extra crf

# The tests run a model of transformers with torch, which take 5 GB in .miyar/hf.
# `make test HF=no` does without: that test is skipped.
HF ?= yes
HF_LOCK := requirements-hf.lock
HF_READY := .miyar/hf/.ready

.PHONY: demo test check lint setup browser hf benchmarks lock clean

demo: setup
	$(BIN)/miyar demo $(ARGS)

test: lint browser hf
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

ifeq ($(HF),no)
hf:
	@echo "HF=no: torch and transformers are not installed; without them the test of hf: is skipped."
else
hf: $(HF_READY)
endif

$(HF_READY): $(HF_LOCK) | setup
	@echo "Installing torch and transformers for the test of hf: extractors into .miyar/hf"
	@echo "(3 GB to fetch, once; 'make test HF=no' does without) ..."
	@rm -rf .miyar/hf
	@$(BIN)/uv venv --quiet --python $(BIN)/python .miyar/hf
	@$(BIN)/uv pip install --quiet --python .miyar/hf/bin/python --require-hashes -r $(HF_LOCK) || \
	  { echo "make: torch and transformers could not be installed. 'make test HF=no' does without."; exit 1; }
	@touch $(HF_READY)

benchmarks: setup
	$(BIN)/python -m pytest tests/benchmarks -s

lock: setup
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --group dev $(EXTRAS) \
	  --no-header --no-annotate -o requirements.lock pyproject.toml
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["hf"], sep="\n")' | \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate -o $(HF_LOCK) -

clean:
	rm -rf .venv .miyar .mypy_cache .ruff_cache .import_linter_cache .hypothesis
