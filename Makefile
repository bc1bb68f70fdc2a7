# Everything anyone must know: setup, demo, test, check, bench, up. `make` alone prints the list.
PYTHON  ?= python3
BIN     := .venv/bin
READY   := .venv/.ready
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml cli/pyproject.toml emulator/pyproject.toml examples/*/pyproject.toml))
SOURCES := libs services cli emulator examples tests $(wildcard bench)

export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help setup demo test check cluster test-cluster bench-cluster bench bench-reliability bench-thermal bench-firmware bench-cosim chaos test-isolated images test-images test-compose up down wheels lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## install everything, pinned by hash, into .venv

demo: $(READY) ## judge examples/motor-driver on this machine: heat, tolerances, logic, firmware; a release folder
	$(BIN)/proofmark run examples/motor-driver/spec.yaml

test: $(READY) ## run every test
	$(BIN)/pytest

test-%: $(READY) ## run the tests of one room, such as test-contracts
	$(BIN)/pytest tests/$*

check: $(READY) ## lint, format, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --explicit-package-bases $(SOURCES)
	$(BIN)/mypy examples/motor-driver/controller.py
	$(BIN)/lint-imports

test-isolated: $(READY) ## import each member beside its declared dependencies only
	$(BIN)/python tests/repository/isolated.py

bench: $(READY) ## measure the promises about speed; prints JSON
	$(BIN)/python bench/spine.py

bench-reliability: $(READY) ## measure rare events and intervals beside OpenTURNS; prints a table and JSON
	$(BIN)/python -m bench.reliability

bench-thermal: $(READY) ## measure thermal cases, orders, the cost of unknowns and the reduced model
	$(BIN)/python -m bench.thermal
	$(BIN)/python -m bench.thermal_reduced

bench-firmware: $(READY) ## measure builds and emulated chips beside QEMU, and seed bugs that checks have to catch
	$(BIN)/python -m bench.firmware
	$(BIN)/python -m bench.firmware_emulation
	$(BIN)/python -m bench.firmware_mutations

bench-cosim: $(READY) ## measure closed loops beside plain Python and FMPy
	$(BIN)/python -m bench.cosim

chaos: $(READY) ## kill services and server at random; every number must stay the same
	$(BIN)/python tests/system/chaos.py

cluster: $(READY) ## build a Kubernetes control plane of processes, once; fifteen minutes
	$(BIN)/python -m tests.cluster.build

test-cluster: $(if $(KUBECONFIG),$(READY),cluster) ## run studies on that control plane; with KUBECONFIG, what needs no pods there
	$(BIN)/pytest tests/cluster

bench-cluster: cluster ## measure operator, pods and chunks on that control plane; prints JSON
	$(BIN)/python -m bench.cluster

images: $(READY) ## build the image of every service with podman; prints their sizes
	$(BIN)/python deploy/images/build.py

test-images: $(READY) ## judge a design with the services in containers of these images
	$(BIN)/python -m tests.images.run

test-compose: $(READY) ## judge one through docker-compose.dev.yml, by podman-compose
	$(BIN)/pytest tests/compose
	$(BIN)/python -m tests.compose.run

up: $(READY) ## start the server and every service in the background
	$(BIN)/proofmark up --detach

down: $(READY) ## stop them
	$(BIN)/proofmark down

# members.txt ties each member to its wheel: an index may hold another project of the same name.
wheels: $(READY) ## build every member: uv tool install dist/proofmark-*.whl --constraints dist/members.txt
	rm -rf dist
	$(BIN)/uv build --all-packages --wheel --out-dir dist --quiet
	cd dist && for wheel in *.whl; do echo "$${wheel%%-*} @ file://$$PWD/$$wheel"; done > members.txt

lock: $(READY) ## renew requirements.lock after a dependency changed
	$(BIN)/uv lock --quiet
	$(BIN)/uv export --frozen --quiet --all-packages --no-emit-workspace --output-file requirements.lock
	$(MAKE) setup

clean: ## remove everything that these targets made
	rm -rf .venv build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# mypy finds each member's package under its own src.
empty :=
check: export MYPYPATH := $(subst $(empty) $(empty),:,$(MEMBERS:=/src))

# pip only fetches uv, with the hash that the lock states; uv installs the rest.
$(READY): requirements.lock $(MEMBERS:=/pyproject.toml)
	$(PYTHON) -m venv .venv
	awk '/^uv==/ {found = 1} found {print; if (!/\\$$/) exit}' requirements.lock > .venv/uv.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps $(addprefix -e ,$(MEMBERS))
	touch $@
