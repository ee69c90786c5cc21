# The commands of the house. `make run` and `make test` are all a newcomer needs.

PEOPLE ?= 50000
SEED   ?= 2025
DATA   ?= yandu-data
LISTEN ?= 127.0.0.1:8640
# `every-month` brings three years of registers month by month, which takes longer to collect.
DELIVERIES ?= condensed

.PHONY: run test bench pages shots dist lint format

run: ## Build and start a simulated city.
	scripts/web.sh
	cargo build --locked -p yandu
	PEOPLE=$(PEOPLE) SEED=$(SEED) DELIVERIES=$(DELIVERIES) DATA=$(DATA) LISTEN=$(LISTEN) scripts/run.sh

test: ## Run every test; installs what the tests need.
	scripts/test.sh

pages: ## Build the web pages and test them in a browser against a simulated city.
	scripts/pages.sh

shots: ## Write pictures of every page, at desk and phone width, into web/shots.
	scripts/pages.sh shots

bench: ## Measure against peers; writes benches/RESULTS.md anew.
	scripts/bench.sh

dist: ## Write one archive for machines without a network, and try it in such a place.
	scripts/dist.sh

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

format:
	cargo fmt --all
