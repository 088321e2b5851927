# The jobs of the project. Each installs what it needs on a bare Debian 12 (scripts/install-packages.sh) and leaves its results
# under build/. In daily work: cmake --preset dev && ninja -C build/dev && ctest --preset dev
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.PHONY: help build demo test bench soak lint format clean

jobs := $(shell nproc)
export CMAKE_BUILD_PARALLEL_LEVEL := $(jobs)
export CTEST_PARALLEL_LEVEL := $(jobs)
# ccache speeds up a second build where it is installed, and is never needed.
ifneq ($(shell command -v ccache),)
export CMAKE_CXX_COMPILER_LAUNCHER ?= ccache
endif
# A tree that was configured with tests keeps them; a first configuration for users does without.
without_tests = $(if $(wildcard build/release/CMakeCache.txt),,-DFIVER_TESTS=OFF)

help:           ## This list
	@sed -n 's/^\([a-z]*\): *[a-z ]*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

build:          ## Build the command h5, the library, the Python module and the examples into build/release
	@scripts/install-packages.sh build
	scripts/fetch-blosc2.sh || echo "Blosc 2 can't be fetched now: chunks of filter 32026 will be an error that says so"
	python_module=$$(scripts/python-module.sh)
	cmake --preset release $(without_tests) $$python_module > /dev/null
	cmake --build --preset release --target fiver tools/all examples/all python_module

demo: build     ## Make a detector-like data set, look at it and read it on all cores
	@scripts/demo.sh

test:           ## Build and run every test: with AddressSanitizer, with ThreadSanitizer, then as released
	@scripts/test.sh

bench: build    ## Measure against the other readers of HDF5 on this machine (at most 20 minutes)
	@scripts/bench.sh

soak:           ## The exhaustive forms of what the tests sample, then the fuzzers (SECONDS_EACH=60 per target)
	@scripts/soak.sh

lint:           ## Formatting, and clang's warnings and checks over all sources
	@scripts/lint.sh

format:         ## Format all sources in place
	@scripts/install-packages.sh lint
	git ls-files -z '*.cpp' '*.hpp' | xargs -0 -r clang-format-14 -i

clean:          ## Remove what was built and generated
	rm -rf build
