# One word per habit. `make setup` needs only python3 with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
.DEFAULT_GOAL := help
INSTALL := $(BIN)/python -m pip install --quiet
# modules are compiled when they are first imported: most never are
LOCKED := $(INSTALL) --no-compile --require-hashes -r
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
.PHONY: help setup demo test browser-test screenshots fuzz check lock docs bench format clean

help: ## Show these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.installed ## Install everything into .venv (quick the second time)
	@$(BIN)/python -m serving.console.vendor --tests build/vendor

# what running needs: less than half of what tests need
$(VENV)/.runs: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(LOCKED) requirements.lock
	$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.installed: $(VENV)/.runs requirements-dev.lock
	$(LOCKED) requirements-dev.lock
	@touch $@

# where there is no npm, what tests need brings one
demo: $(if $(shell command -v npm),$(VENV)/.runs,setup) ## Simulate a company, run the main job on it, open the console
	@$(BIN)/python -m serving.console.vendor
	$(BIN)/forewarn demo

test: setup ## Run all tests
	$(BIN)/python -m pytest -n auto --dist worksteal

browser-test: setup ## Drive every screen in Chromium, over the demo company too once there is one
	$(BIN)/python -m pytest -n 0 -rs tests/serving/console/test_browser.py

screenshots: setup ## Take the README's pictures anew, of the workspace that `make demo` left
	$(BIN)/python experiments/screenshots.py docs/pictures

check: setup ## Lint, types, and generated pages that are out of date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pipelines.docs --check

format: setup ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup ## Write the generated pages anew
	$(BIN)/python -m pipelines.docs

lock: setup ## Lock the dependencies, and those of all extras, with hashes and without addresses
	$(LOCK) --extra dev -o requirements-dev.lock
	$(LOCK) -c requirements-dev.lock -o requirements.lock

fuzz: setup ## Send the API requests that nobody thought of (CASES=50000, WORKSPACE=DIR beside one)
	FUZZ_CASES=$(or $(CASES),2000) FUZZ_WORKSPACE=$(WORKSPACE) $(BIN)/python -m pytest -n 0 -s tests/serving/test_fuzz.py

bench: setup ## Scores of past dates against what happened afterwards (real data, if present)
	$(BIN)/python experiments/record.py

clean: ## Remove what the tools left behind
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
