# One word per habit. `make setup` needs only python3 with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
.DEFAULT_GOAL := help
VENDOR := $(BIN)/python -m serving.console.vendor --tests build/vendor
.PHONY: help setup demo test browser-test screenshots fuzz check lock docs bench format clean

help: ## Show these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.installed ## Install everything into .venv (quick the second time)
	@$(VENDOR)

# modules are compiled when they are first imported: most never are
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

demo: setup ## Simulate a company, run the main job on it, open the console
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

lock: setup ## Lock the dependencies of all extras, with hashes and without addresses
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements.lock

fuzz: setup ## Send the API requests that nobody thought of (CASES=50000, WORKSPACE=DIR beside one)
	FUZZ_CASES=$(or $(CASES),2000) FUZZ_WORKSPACE=$(WORKSPACE) $(BIN)/python -m pytest -n 0 -s tests/serving/test_fuzz.py

bench: setup ## Scores of past dates against what happened afterwards (real data, if present)
	$(BIN)/python experiments/record.py

clean: ## Remove what the tools left behind
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
