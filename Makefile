# Each target makes its own .venv; without make, see the README for the plain commands.
PYTHON ?= python3
# The CPU build of torch on Linux: make run TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
VENV := .venv
CONSTRAINTS := constraints.txt
# Two files at a time: with three, two cores take as long. One after the other: make test WORKERS=0
WORKERS := 2
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run lab test lint deep accept smoke soak bench lowest clean

run: $(STAMP)
	$(BIN)/nncompare serve

lab: $(STAMP)
	$(BIN)/jupyter lab notebooks/dashboard.ipynb

test: lint tests-alone

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

# The tests with the lowest versions that pyproject.toml allows, in an environment of its own: half an hour, and a network.
# Packages that shall stay as they are in constraints.txt: make lowest KEEP="torch torchvision"
lowest:
	@$(PYTHON) -c "$$NEEDS" $(PYTHON)
	mkdir -p build
	$(PYTHON) tests/support/lowest.py build/lowest.txt $(KEEP)
	$(MAKE) VENV=.venv-lowest CONSTRAINTS=build/lowest.txt tests-alone

.PHONY: tests-alone fresh-venv

tests-alone: $(STAMP)
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

# What stands in the way of an environment is said before anything is made of it.
define NEEDS
import sys
if sys.version_info < (3, 11):
    sys.exit("nncompare needs Python 3.11 or newer, and %s is Python %d.%d. Install a newer one, or name one that is here: "
             "make PYTHON=python3.12" % (sys.argv[1], sys.version_info[0], sys.version_info[1]))
try:
    import ensurepip, venv
except ImportError:
    sys.exit("%s cannot make environments, as its module ensurepip is missing. On Debian and Ubuntu: "
             "sudo apt install python%d.%d-venv" % (sys.argv[1], sys.version_info[0], sys.version_info[1]))
endef
export NEEDS

# One whose Python is gone or too old, or that was left without pip, is made again.
ifneq ($(shell $(BIN)/python -c 'import pip, sys; print(sys.version_info >= (3, 11))' 2>/dev/null),True)
$(STAMP): fresh-venv
endif

fresh-venv:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). nncompare needs Python 3.11 or newer; name one that is here: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c "$$NEEDS" $(PYTHON)
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# torch goes first: alone it takes the pinned build, and nothing later asks for another.
$(STAMP): pyproject.toml $(CONSTRAINTS)
	@echo "Installing into $(VENV); the first time this takes some minutes."
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch torchvision
	$(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) .venv-lowest node_modules build dist *.egg-info
