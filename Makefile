# Two commands for everybody: `make demo` and `make test`. Both set up what they need
# inside the checkout: .venv (our environment) and .miyar (environments of their own for
# Label Studio and, for the tests alone, for transformers).

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# What the tests need of the extras.
EXTRAS := --extra cas --extra crf --extra dask --extra gamma --extra parquet --extra report --extra serve --extra spacy --extra splits

# The tests run a model of transformers with torch, which take 5 GB in .miyar/hf.
# `make test HF=no` does without: that test is skipped.
HF ?= yes
HF_LOCK := requirements-hf.lock
HF_READY := .miyar/hf/.ready

# Seconds and target of `make fuzz`, minutes of `make soak`, kills of `make kills`.
SECONDS ?= 300
TARGET ?= view
MINUTES ?= 60
KILLS ?= 50

# What is compiled once need not be compiled by every process of a test run.
unexport PYTHONDONTWRITEBYTECODE

# Workers begin with whole stretches of tests, which share the fixtures of a module.
PARALLEL := $(BIN)/python -m pytest -ra -n auto --dist worksteal --ignore tests/browser

.PHONY: demo test test-postgresql check lint setup browser hf postgresql hooks \
  benchmarks kills soak fuzz audit docs lock clean

demo: setup
	$(BIN)/miyar demo $(ARGS)

# First all that needs neither server nor browser, on every core; then the others, one
# after another, whatever came of the first. Both must pass.
test: lint browser hf postgresql
	$(PARALLEL) -m "not studio and not browser"; first=$$?; \
	$(BIN)/python -m pytest -ra -m "studio or browser" && exit $$first

# Every Label Studio test once more, with the data in PostgreSQL.
test-postgresql: setup postgresql
	MIYAR_TEST_DATABASE=postgresql $(BIN)/python -m pytest -ra tests/annotate/labelstudio tests/annotate/cli

check: lint
	$(PARALLEL) --hypothesis-profile quick -m "not studio and not browser and not slow"

# git commit then runs the linters on what is committed.
hooks: setup
	@$(BIN)/uv tool run --quiet pre-commit install

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

# The tests that keep Label Studio's data in PostgreSQL start one of their own.
postgresql:
	@sh tests/install_postgresql.sh

kills: setup
	$(BIN)/python -m tests.reliability.kill_nine --kills $(KILLS)

soak: setup
	$(BIN)/python -m tests.reliability.soak --minutes $(MINUTES)

# Coverage-guided: TARGET is a name of tests/fuzzing/targets.py; finds are crash-* files.
fuzz: setup
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r tests/fuzzing/requirements.lock
	mkdir -p .miyar/fuzz/$(TARGET)
	$(BIN)/python -m tests.fuzzing.fuzz $(TARGET) -max_total_time=$(SECONDS) \
	  -artifact_prefix=.miyar/fuzz/ .miyar/fuzz/$(TARGET)

# Known vulnerabilities of both locks; asks PyPI's advisory service.
audit: setup
	$(BIN)/uv tool run pip-audit --require-hashes --disable-pip -r requirements.lock
	$(BIN)/uv tool run pip-audit --require-hashes --disable-pip -r annotate/labelstudio/server.lock

benchmarks: setup
	$(BIN)/python -m pytest tests/benchmarks -s

# The site, in site/; 'make docs SERVE=1' shows it while you write.
docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs $(if $(SERVE),serve,build --strict)

lock: setup
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --group dev $(EXTRAS) \
	  --no-emit-package cvxopt --no-header --no-annotate -o requirements.lock pyproject.toml
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["hf"], sep="\n")' | \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate -o $(HF_LOCK) -
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
	  -o tests/fuzzing/requirements.lock tests/fuzzing/requirements.txt

clean:
	rm -rf .venv .miyar .mypy_cache .ruff_cache .import_linter_cache .hypothesis
