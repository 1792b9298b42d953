# The root and examples/ form the workspace of go.work. The other modules are
# built apart, so that what they require never moves a version in the core.
SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:

PACKAGES := ./... ./examples/...
MODULES  := $(patsubst %/,%,$(dir $(shell find . -name go.mod -not -path '*/.*/*' | sort)))
APART    := $(filter-out . ./examples ./tools,$(MODULES))
TOOLS    := bin/golangci-lint bin/govulncheck
JAEGER   := github.com/jaegertracing/jaeger@$(shell cat jaeger/VERSION)

# What to measure with "make bench", and how often.
BENCH ?= .
COUNT ?= 6

# How many schedules to try with "make yields".
SEEDS ?= 2000
# Tests that take long, and have no goroutines that could meet.
PURE := TestModelCore|TestMachineProperties|TestR18EverySpecOfASmallDomain|TestCostIsLinear|TestConformance/AD-05

# How long "make soak" soaks, how many actors, and by which choices.
SOAK   ?= 60s
ACTORS ?= 5000
SEED   ?= 1

# What "make mutation" changes, unless PKG or FILES say otherwise: all that
# decides on failures, and the files of actor that carry an actor through life.
# What is to be noticed in these is noticed by the tests of actor alone.
LIFECYCLE := $(patsubst %,actor/%.go,abandon actor child children crew crewwatch deadlines exit \
	fence foresee goroutine guard handover health hooks incarnation \
	kids lifecycle lifetime obituary \
	oversee panic process rare receive renew retire run runqueue spec watch watchers)
# How many of them: one in so many, for an estimate.
EVERY ?= 1
# Not empty: what was killed the last time is not tried again.
AGAIN ?=
# Where the tests are that are to notice what PKG or FILES name.
NOTICING := ./actor,./supervision,./system
# They compare times, and the mutants of both processors would be in their way.
TIMED := ^TestCostIsLinear$$|^TestConformance$$/^AD-05$$

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: ## Run the tests of the module and of the examples
	go test $(PACKAGES)

.PHONY: race
race: ## Run them in random order, under the race detector
	go test -race -shuffle=on $(PACKAGES)

.PHONY: yields
yields: ## Try SEEDS schedules at the points where goroutines meet, and each live test once
	go test -tags yields -run TestYields ./actor ./supervision -seeds=$(SEEDS)
	go test -tags yields -count=1 -skip '$(PURE)' ./actor ./supervision ./system

.PHONY: cover
cover: ## Measure how much of the module the tests reach (cover.out)
	go test -coverprofile=cover.out -coverpkg=./... $(PACKAGES)
	go tool cover -func=cover.out | tail -n 1

.PHONY: examples
examples: ## Check the output of every example, and index the Go installation
	go test -count=1 ./examples/...
	$(MAKE) goindex

.PHONY: goindex
goindex: ## Index the Go installation, then again while workers are made to crash
	timeout 600 go run ./examples/goindex -verify
	timeout 600 go run ./examples/goindex -verify -chaos 0.02 -seed 1

.PHONY: bench
bench: ## Run the benchmarks; BENCH=regexp and COUNT=n choose
	GOWORK=off go -C benchmarks test -run=NONE -bench='$(BENCH)' -count=$(COUNT) ./...

.PHONY: jaeger
jaeger: bin/jaeger ## Run Jaeger on 127.0.0.1: OTLP on 4317 and 4318, its API on 16686
	cd jaeger && exec ../bin/jaeger --config config.yaml

.PHONY: jaeger-test
jaeger-test: bin/jaeger ## Crash actors, and find their traces in a Jaeger
	JAEGER='$(CURDIR)/bin/jaeger' GOWORK=off go -C jaeger test -count=1 -v ./...

# Jaeger is built where the go command has unpacked its module, by that module's
# own go.mod and go.sum. As a requirement of a module of ours it would be built
# with other versions, and without what it replaces. The first time takes some
# minutes.
bin/jaeger: jaeger/VERSION
	mkdir -p bin
	GOWORK=off go -C jaeger mod download $(JAEGER)
	GOWORK=off go -C "$$(go env GOMODCACHE)/$(JAEGER)" build -o '$(CURDIR)/bin/jaeger' ./cmd/jaeger

.PHONY: soak
soak: ## Let thousands of actors fail for a while and add up; SOAK=60s, ACTORS=n and SEED=n choose
	GOWORK=off go -C benchmarks run ./cmd/soak -for $(SOAK) -actors $(ACTORS) -seed $(SEED)

.PHONY: mutation
mutation: export GOWORK = off
mutation: export RAPID_SEED = 1
mutation: export RAPID_SHRINKTIME = 0s
mutation: export RAPID_NOFAILFILE = true
mutation: MUTATE = bin/mutation -skip '$(TIMED)' -rate 90 -every $(EVERY) \
	-survivors tools/mutation/survivors.txt $(if $(AGAIN),-again $(1)) -json $(1)
mutation: ## Tell which changes of the code no test notices; PKG=./x or FILES=x/y.go choose
	go -C tools/mutation build -o ../../bin/mutation .
ifneq ($(strip $(PKG) $(FILES)),)
	$(call MUTATE,mutation.json) -tests '$(NOTICING)' $(PKG) $(FILES)
else
	$(call MUTATE,mutation-actor.json) -tests ./actor $(LIFECYCLE)
	$(call MUTATE,mutation-supervision.json) -tests ./supervision,./system ./supervision
endif

# What is skipped is shown.
.PHONY: apart
apart: export GOWORK = off
apart: ## Build and test the modules outside the workspace; each benchmark runs once
	@for module in $(APART); do \
		echo "module $$module"; \
		go -C $$module build -o /dev/null ./...; \
		go -C $$module vet ./...; \
		go -C $$module test -count=1 -v ./... | grep -vE '^ *(=== |--- PASS|PASS$$)'; \
		go -C $$module test -run=NONE -bench=. -benchtime=1x ./...; \
	done

.PHONY: fmt
fmt: $(TOOLS) ## Format all files
	bin/golangci-lint fmt

.PHONY: fmt-check
fmt-check: ## Tell which files are not formatted
	@files=$$(gofmt -s -l .); if [[ -n $$files ]]; then printf 'not formatted:\n%s\n' "$$files"; exit 1; fi

.PHONY: vet
vet: ## Run go vet on all modules
	go vet $(PACKAGES)
	@for module in $(APART); do (set -x; GOWORK=off go -C $$module vet ./...); done

.PHONY: lint
lint: $(TOOLS) ## Run golangci-lint on all modules
	bin/golangci-lint run $(PACKAGES)
	@for module in $(APART); do (cd $$module && set -x && GOWORK=off '$(CURDIR)/bin/golangci-lint' run); done

.PHONY: vuln
vuln: $(TOOLS) ## Look for known vulnerabilities (needs the vulnerability database)
	bin/govulncheck $(PACKAGES)

.PHONY: tidy-check
tidy-check: ## Tell what go mod tidy would change in any module
	@for module in $(MODULES); do (set -x; GOWORK=off go -C $$module mod tidy -diff); done

.PHONY: tools
tools: $(TOOLS) ## Build the linter and the vulnerability checker into bin/

# One command builds both, at the versions that tools/go.mod states.
$(TOOLS): tools/go.mod tools/go.sum
	GOWORK=off go -C tools build -o ../bin/ tool

.PHONY: ci
ci: ## Do all that a change has to pass
	bash .ci/run
