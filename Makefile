# The commands of the product; README.md says what each does. Every target installs what it needs, and may be run again.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := run

VENV := target/test-venv
SERVER := target/release/consult-server
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)

# $(call need,command or file to look for,Debian packages)
define need
@for thing in $(1); do \
  if ! command -v "$$thing" >/dev/null 2>&1 && ! [ -e "$$thing" ]; then missing=1; fi; \
done; \
if [ -n "$${missing:-}" ]; then \
  echo "installing: $(2)"; \
  if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
  export DEBIAN_FRONTEND=noninteractive; \
  $$SUDO apt-get update -qq; \
  $$SUDO apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
fi
endef

.PHONY: run build web test test-setup check bench soak dist clean build-setup

run: build
	@exec $(SERVER) serve --demo

build: build-setup web/dist/.built
	cargo build --release -p consult-server

# JPEG-LS comes as C++ that CMake builds.
build-setup:
	$(call need,c++ cmake cargo,g++ cmake)
	@command -v cargo >/dev/null || { echo "Rust is missing: install it by rustup (https://rustup.rs), version 1.95 or newer"; exit 1; }
	@command -v npm >/dev/null || { echo "Node.js 20 with npm is missing"; exit 1; }

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/.built: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

web: web/dist/.built

test-setup: build-setup web/node_modules/.package-lock.json tests/browser/node_modules/.package-lock.json tests/oidc/node_modules/.package-lock.json $(VENV)/.installed
	$(call need,chromium /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc,chromium fonts-noto-cjk)
	$(call need,storescu dcmconv dciodvfy,dcmtk dicom3tools)
	$(call need,/usr/lib/postgresql/*/bin/initdb,postgresql)
	$(call need,openssl pdftotext,openssl poppler-utils)

tests/%/node_modules/.package-lock.json: tests/%/package.json tests/%/package-lock.json
	cd tests/$* && npm ci --no-audit --no-fund
	@touch $@

$(VENV)/.installed: tests/interop/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

test: test-setup web/dist/.built
	python3 tests/run.py

check: build-setup web/node_modules/.package-lock.json
	cargo fmt --all --check
	cargo clippy --release --workspace --all-targets --quiet -- -D warnings
	cd web && npm run --silent lint && npm run --silent typecheck

soak: test-setup build
	python3 tests/run.py --soak

bench: build test-setup
	$(call need,Orthanc,orthanc)
	python3 tests/bench.py $(AREA)

dist: build
	python3 tests/dist.py

clean:
	rm -rf target web/dist web/node_modules tests/browser/node_modules tests/oidc/node_modules
