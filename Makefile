# The commands of this repository; `make help` lists them. The work is done by tools/harness.
HARNESS := tools/run-harness

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-core test-older screenshots bench chaos crashes lint format stop clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## bring everything this machine needs (the other commands do it themselves)
	@$(HARNESS) setup

demo: ## win deals in a demo CRM, ship, invoice and pay them in two ERPs, and show what came back
	@$(HARNESS) demo

serve: ## serve the demo CRM with its ERPs [PORT=8069]
	@$(HARNESS) serve $(if $(PORT),--port $(PORT))

test: ## lint, then every test, browser tours included [ARGS="pytest options"]
	@$(HARNESS) test $(ARGS)

test-core: ## Odoo's own tests of crm, sale and sale_crm, without and with the suite
	@$(HARNESS) test-core

test-older: ## the tests of an Odoo ERP with an Odoo 14, as root (2 GB of Debian 11) [ARGS="pytest options"]
	@$(HARNESS) test-older $(ARGS)

screenshots: ## pictures of every screen (.dev/screenshots), and those of the guides brought up to date
	@$(HARNESS) screenshots

bench: ## all measurements, or one [BENCH=name]
	@$(HARNESS) bench $(BENCH)

chaos: ## faults between a CRM and both ERPs, crashes too [FAULTS=200 on each ERP | MINUTES=10] [SEED=n]
	@$(HARNESS) chaos $(if $(FAULTS),--faults $(FAULTS)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

crashes: ## kill -9 at every commit of push and pull, ERP and PostgreSQL restarted in the middle
	@$(HARNESS) chaos crashes

lint: ## style and mistakes
	@$(HARNESS) lint

format: ## let the formatters do what they can
	@$(HARNESS) format

stop: ## end everything these commands started
	@$(HARNESS) stop

clean: ## stop, then remove everything these commands made
	@$(HARNESS) clean
