# Each target makes its own .venv; without make, see the README for the plain commands.
PYTHON ?= python3
# The CPU build of torch on Linux: make run TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run lab test lint deep accept smoke soak bench clean

run: $(STAMP)
	$(BIN)/nncompare serve

lab: $(STAMP)
	$(BIN)/jupyter lab notebooks/dashboard.ipynb

test: lint
	$(BIN)/pytest

lint: $(STAMP) lint-scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Every test of generated examples, with all of them: thousands of files, settings and orders of events.
deep: $(STAMP)
	$(BIN)/pytest -m hypothesis --hypothesis-profile=deep

accept: $(STAMP)
	$(BIN)/python benchmarks/accept.py

# Every benchmark at its smallest: shows that it runs.
smoke: $(STAMP)
	NNCOMPARE_EVERY_BENCHMARK=1 $(BIN)/pytest tests/test_benchmarks.py

# Ten minutes in which kernels, engines and workers are killed at random.
soak: $(STAMP)
	$(BIN)/python benchmarks/soak.py

bench: $(STAMP)
	$(BIN)/python benchmarks/run.py

.PHONY: lint-scripts wheel-check

# The scripts of the page, by the version of Biome in package-lock.json.
lint-scripts:
	@if ! command -v npm >/dev/null; then echo "The page's scripts are not checked: there is no npm."; \
	elif ! npm ci --silent --prefer-offline --no-audit --no-fund; then echo "The page's scripts are not checked: Biome cannot be installed."; \
	else npm run --silent lint; fi

# The wheel in an empty environment with all dependencies: some minutes, and a network.
wheel-check: $(STAMP)
	NNCOMPARE_EMPTY_ENVIRONMENT=1 $(if $(TORCH_INDEX),PIP_EXTRA_INDEX_URL=$(TORCH_INDEX)) $(BIN)/pytest tests/test_packages.py

# torch goes first: alone it takes the pinned build, and nothing later asks for another.
$(STAMP): pyproject.toml constraints.txt
	@echo "Installing into $(VENV); the first time this takes some minutes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch torchvision
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) node_modules build dist *.egg-info
