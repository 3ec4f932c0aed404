# Everything a developer does. `make help` lists it.

SHELL := bash
# Tests that wait long come first, so that others are compiled meanwhile.
MODULES := test deploy gateway services services/media libs
PACKAGES := $(MODULES:%=./%/...)
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# grpc's own tracing is not used; leaving it out makes the programs a third smaller.
TAGS := grpcnotrace
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X xiaozhibo.dev/libs/program.Version=$(VERSION) -X xiaozhibo.dev/libs/program.Commit=$(COMMIT)

# The images, and the packages of their programs.
IMAGES := standalone=./deploy/standalone \
	gateway=./gateway/cmd/gateway \
	stream=./services/stream/cmd/stream \
	counter=./services/counter/cmd/counter \
	room=./services/room/cmd/room \
	signing=./services/signing/cmd/signing \
	media=./services/media/cmd/media \
	smoke=./test/smoke

# The media server of `make run`; what it is not told it takes from the other keys.
LIVE := -push-domain 127.0.0.1:1935 -play-domain 127.0.0.1:8088 \
	-media-listen-rtmp 127.0.0.1:1935 -media-listen-http 127.0.0.1:8088 -media-record
# Its console, with a secret that is fit for a laptop only.
CONSOLE := -listen-admin 127.0.0.1:9091 -admin-secret laptop-demo-secret

# Tilt sees the cluster of deploy/kind and no other, and finds the pinned helm and kind.
TILT := KUBECONFIG=$(CURDIR)/bin/xiaozhibo.kubeconfig PATH=$(CURDIR)/bin:$$PATH exec tilt

CHART_DOCS := bin/helm-docs --log-level warning --sort-values-order file --chart-search-root deploy/helm

# What go work sync writes.
SYNCED := $(wildcard $(MODULES:%=%/go.mod) $(MODULES:%=%/go.sum) go.work go.work.sum)

# Flags for go test: make test GOTESTFLAGS=-race
GOTESTFLAGS ?=
# What the race detector is told: a process that it watches sleeps for a second before it ends otherwise.
export GORACE ?= atexit_sleep_ms=0
# Programs that tests start are built once for all tests, with the race detector if the tests have it.
RACE := $(filter -race,$(GOTESTFLAGS))
TESTED := $(CURDIR)/bin/tested$(RACE)
# What to do where the database of vulnerabilities is out of reach: fail, or, told in so many words, go on: make vuln VULN=may-be-skipped
VULN ?=
VULNDB ?= https://vuln.go.dev
# What go test knows a result of programs by that a test has built: all files of the project but its documents, and the walk.
export TESTED_SOURCES := $(shell { git ls-files -co --exclude-standard -- ':!*.md'; ls docs/walk*.md; } 2>/dev/null | xargs -d '\n' sha256sum 2>/dev/null | sha256sum | cut -c1-16)
# Where tests keep their data: in memory, if there are 4 GB, because their thousands of commits are synced to it.
TESTDATA ?= $(shell [ "$$(df -k --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 4000000 ] 2>/dev/null && echo /dev/shm || echo $${TMPDIR:-/tmp})
# Time for each fuzz target: make fuzz FUZZTIME=5m
FUZZTIME ?= 20s
# Load: make load URL=https://live.example.com FOR=5m
URL ?= http://localhost:8080
FOR ?= 30s
# A crowd: make crowd VIEWERS=100000 ARGS="-arrival evening"
VIEWERS ?= 10000
# Runs of the simulation: make simulate SEEDS=10000 FROM=1; SEED=17 make simulate replays one. WORLD=watched is the
# one in which an IM service lies, WORLD=reconciled the one in which the live platform does.
FROM ?= 1
SEEDS ?= $(if $(SEED),1,2000)

.DEFAULT_GOAL := help

##@ Develop

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Start everything in one process on :8080, with a console on :9091, a media server on :1935 and :8088, demo keys and ./data
	@echo "The console is at http://127.0.0.1:9091/#secret=laptop-demo-secret"
	@exec bin/xiaozhibo -config deploy/demo.yaml -listen-ops 127.0.0.1:9090 -hints $(LIVE) $(CONSOLE) $(ARGS)

.PHONY: go-live
go-live: ## Push a test pattern for ten minutes, as the user tom, to what runs on URL=http://localhost:8080; needs ffmpeg
	@deploy/go-live.sh $(or $(URL),http://localhost:8080) tom 600

.PHONY: run-split
run-split: build ## Start the same as five processes on loopback, with a redis-server and ./data/redis
	@exec deploy/split/run.sh bin

.PHONY: whole
whole: ## Build the program that is all services in one into bin
	@CGO_ENABLED=0 go build -tags $(TAGS) -trimpath -ldflags '$(LDFLAGS)' -o bin/xiaozhibo ./deploy/standalone

.PHONY: build
build: whole ## Build the programs into bin
	@CGO_ENABLED=0 go build -tags $(TAGS) -trimpath -ldflags '$(LDFLAGS)' -o bin/ \
		./gateway/cmd/gateway $(foreach service,stream counter room signing media,./services/$(service)/cmd/$(service)) ./test/smoke

.PHONY: clean
clean: ## Remove what was built; ./data stays
	rm -rf bin

##@ Check

.PHONY: tested
tested: ## Build the programs that tests start into bin/tested, or bin/tested-race
	go build $(RACE) -ldflags '-s -w' -o $(TESTED)/ ./deploy/standalone ./gateway/cmd/gateway \
		$(foreach service,stream counter room signing,./services/$(service)/cmd/$(service))

test unraced: export TESTED_PROGRAMS := $(TESTED)

.PHONY: test
test: tested ## Run every test; with GOTESTFLAGS=-race all but those of make unraced
	GOTMPDIR=$${TMPDIR:-/tmp} TMPDIR=$(TESTDATA) go test -timeout 30m $(GOTESTFLAGS) $(PACKAGES)

.PHONY: unraced
unraced: tested ## Run the tests that the race detector leaves out: those of files that begin with //go:build !race
	@files=$$(grep -rl '^//go:build !race$$' --include='*_test.go' $(MODULES)); \
	GOTMPDIR=$${TMPDIR:-/tmp} TMPDIR=$(TESTDATA) go test -timeout 30m $(GOTESTFLAGS) \
		-run "^($$(sed -n 's/^func \(Test[A-Z][A-Za-z0-9]*\)(.*/\1/p' $$files | sort -u | paste -sd '|'))\$$" \
		$$(dirname $$files | sort -ur | sed 's|^|./|')

.PHONY: isolated
isolated: ## Vet each module, which compiles what it imports, without the workspace
	@for module in $(MODULES); do \
		echo "$$module"; (cd $$module && GOWORK=off go vet ./...) || exit 1; \
	done

.PHONY: vet
vet: ## Vet every package
	go vet $(PACKAGES)

.PHONY: lint
lint: bin/golangci-lint ## Run the linters
	bin/golangci-lint run $(PACKAGES)
	bin/golangci-lint run --build-tags browser ./test/browser/...
	cd test/monitoring && GOWORK=off ../../bin/golangci-lint run ./...

.PHONY: format
format: bin/golangci-lint ## Format the code
	bin/golangci-lint fmt $(PACKAGES)

.PHONY: verify
verify: bin/golangci-lint bin/helm-docs ## Check that documents, generated files, modules and formatting are in step
	@for module in $(MODULES) tools tools/kube; do \
		(cd $$module && GOWORK=off go mod tidy -diff) || { echo "$$module: run make tidy"; exit 1; }; \
	done
	@before=$$(cat $(SYNCED) | sha256sum); go work sync; [ "$$before" = "$$(cat $(SYNCED) | sha256sum)" ] || \
		{ echo "go work sync wrote $(SYNCED): commit it"; exit 1; }
	@bin/golangci-lint fmt --diff $(PACKAGES) || { echo "run make format"; exit 1; }
	@$(CHART_DOCS) --dry-run | diff -u deploy/helm/xiaozhibo/README.md - || \
		{ echo "the chart's README.md: run make chart-docs"; exit 1; }
	go test -count=1 ./test/verify

.PHONY: config-docs
config-docs: ## Write the tables of docs/configuration*.md out of the programs' keys; meanings in Chinese are written by hand
	go test -count=1 ./test/verify -run TestConfigurationIsWhatTheProgramsTell -update

.PHONY: console-forms
console-forms: ## Write the forms of the console out of docs/openapi.yaml
	go test -count=1 ./test/verify -run TestTheFormsOfTheConsole -update

.PHONY: soak
soak: ## Broadcast against one process for a time, FOR=2h, and look what is left of it: goroutines, files, memory, rows
	XZB_SOAK=$(or $(FOR),20m) go test -count=1 -timeout 0 -v -run TestNothingIsLeftOfBroadcasts ./deploy/standalone

.PHONY: admin-openapi
admin-openapi: ## Copy docs/admin-openapi.yaml to where the program serves it from
	go test -count=1 ./test/verify -run TestTheOpenAPIOfTheAdminAPIIsServed -update

.PHONY: tidy
tidy: ## Bring go.mod and go.sum of every module in step
	@for module in $(MODULES) test/monitoring tools tools/kube; do (cd $$module && GOWORK=off go mod tidy) || exit 1; done
	@go work sync

.PHONY: vuln
vuln: bin/govulncheck ## Look for known vulnerabilities in what we call; fails if it cannot, unless VULN=may-be-skipped
	@if [ "$(VULN)" = may-be-skipped ] && ! curl -sfo /dev/null --max-time 20 $(VULNDB)/index/db.json; then \
		echo "NOT CHECKED for vulnerabilities: $(VULNDB) is out of reach"; exit 0; \
	fi; \
	for module in $(MODULES); do \
		status=0; (cd $$module && $(CURDIR)/bin/govulncheck -db $(VULNDB) ./...) || status=$$?; \
		case $$status in \
			0) ;; \
			3) exit 3 ;; \
			*) echo "$$module: NOT CHECKED for vulnerabilities (status $$status): is $(VULNDB) in reach?"; \
				[ "$(VULN)" = may-be-skipped ] || { echo "make vuln VULN=may-be-skipped goes on all the same"; exit 1; } ;; \
		esac; \
	done

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME
	@for file in $$(grep -rl '^func Fuzz' --include='*_test.go' $(MODULES) | sort -u); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' $$file); do \
			echo "$$target in $$(dirname $$file)"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file) || exit 1; \
		done; \
	done

.PHONY: bench
bench: ## Run every benchmark; compare ratios within a run, not figures between runs
	go test -run '^$$' -bench . -benchmem -timeout 30m $(PACKAGES) | grep -v 'no test files'

.PHONY: cost
cost: build ## Print what a request costs beside a bare handler's; needs wrk; ARGS are flags, such as -split or -help
	@CGO_ENABLED=0 go build -o bin/ ./test/cost ./test/cost/bare
	@bin/cost $(ARGS)

.PHONY: growth
growth: build ## Print what a request costs as rooms, members and recordings grow to a million; needs wrk
	@CGO_ENABLED=0 go build -o bin/ ./test/cost
	@bin/cost -growth . $(ARGS)

.PHONY: crowd
crowd: build ## Play VIEWERS on real connections, print what they cost and check what they know; against URL if it is set; ARGS are flags
	@CGO_ENABLED=0 go build -o bin/ ./test/crowd
	@bin/crowd -viewers $(VIEWERS) $(if $(filter file,$(origin URL)),,-url $(URL)) $(ARGS)

.PHONY: browser
browser: whole ## Open the console in Chromium; SCREENSHOTS=folder keeps what it looks like
	go test -count=1 -timeout 40m -tags browser ./test/browser

.PHONY: simulate
simulate: ## Try to break every promise under every fault, in SEEDS runs; SEED=17 replays one
	go test ./test/simulation/$(WORLD) -run 'TestNoSeed|TestViewersAre|TestTheListIs' -count=1 -timeout 60m $(GOTESTFLAGS) -args -seed $(or $(SEED),$(FROM)) -seeds $(SEEDS)

.PHONY: freeze
freeze: ## Keep what the programs of VERSION store, for every later version to be tested on: make freeze VERSION=0.2.0
	@folder=$$(mktemp -d) && trap 'rm -r "$$folder"' EXIT && \
		CGO_ENABLED=0 go build -tags $(TAGS) -trimpath -ldflags '$(LDFLAGS)' -o "$$folder/" ./deploy/standalone && \
		go test ./test/upgrade -count=1 -run TestFreeze -args -freeze $(VERSION) -programs "$$folder"

.PHONY: load
load: ## Put load on the server at URL for the time FOR, and check that nothing acknowledged is lost
	XZB_E2E_URL=$(URL) XZB_E2E_LOAD=$(FOR) go test -run BearsLoad -count=1 -timeout 0 -v ./test/e2e

.PHONY: smoke
smoke: whole ## Start the binary, carry out every Action, stop it
	@CGO_ENABLED=0 go build -tags $(TAGS) -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./test/smoke
	deploy/standalone/smoke.sh bin/xiaozhibo bin/smoke

##@ Release

.PHONY: release
release: ## Make the files of VERSION in dist, the same bytes every time; KEY signs them: make release VERSION=0.2.0 KEY=~/.ssh/release
	@go run ./deploy/release -version $(VERSION) $(if $(REGISTRY),-registry $(REGISTRY)) $(if $(KEY),-key $(KEY)) $(IMAGES)

##@ Kubernetes

.PHONY: images
images: ## Build the images; REGISTRY is put in front of their names, VERSION is their tag
	deploy/images/build.sh $(VERSION) $(IMAGES)

.PHONY: chart
chart: bin/helm bin/helm3 bin/helm-unittest bin/kubeconform ## Check the chart: lint, schema, unit tests, every ci/*-values.yaml
	deploy/helm/check.sh

.PHONY: chart-docs
chart-docs: bin/helm-docs ## Write the chart's README.md out of values.yaml
	$(CHART_DOCS)

.PHONY: monitoring
monitoring: bin/helm ## Put the chart's dashboard and alerts before the real PromQL, faults and real scrapes
	cd test/monitoring && GOTMPDIR=$${TMPDIR:-/tmp} TMPDIR=$(TESTDATA) GOWORK=off go test -timeout 20m $(GOTESTFLAGS) ./...

.PHONY: kind-up
kind-up: bin/helm ## Start a cluster on this machine with the chart installed; ARGS are arguments for helm
	go run ./deploy/kind up $(ARGS)

.PHONY: kind-down
kind-down: ## Take it away
	go run ./deploy/kind down

.PHONY: tilt-up
tilt-up: tilt-prepare ## Develop on that cluster: every service is built anew when its code is saved; needs Tilt 0.36, ARGS are its arguments
	@$(TILT) up $(ARGS)

.PHONY: tilt-ci
tilt-ci: tilt-prepare ## The same once: ends when every service is ready, or says which is not
	@$(TILT) ci $(ARGS)

.PHONY: tilt-down
tilt-down: bin/helm ## Take away what Tilt has installed; the cluster stays
	@$(TILT) down

.PHONY: tilt-prepare
tilt-prepare: bin/helm bin/kind ## Start the cluster with an empty namespace for Tilt
	@command -v tilt >/dev/null || { echo "tilt is not on the PATH: https://docs.tilt.dev/install"; exit 1; }
	@go run ./deploy/kind prepare dev

.PHONY: e2e
e2e: bin/helm ## Test the chart on a cluster of its own
	go test -tags kind -count 1 -timeout 75m -parallel 8 -v ./test/e2e/onkind

##@ Tools

.PHONY: tools
tools: bin/golangci-lint bin/govulncheck ## Build the pinned tools of tools/go.mod into bin

bin/golangci-lint bin/govulncheck &: tools/go.mod
	cd tools && GOWORK=off GOBIN=$(CURDIR)/bin go install tool
	@touch bin/golangci-lint bin/govulncheck

bin/helm: PACKAGE := helm.sh/helm/v4/cmd/helm
bin/helm3: PACKAGE := helm.sh/helm/v3/cmd/helm
bin/helm-docs: PACKAGE := github.com/norwoodj/helm-docs/cmd/helm-docs
bin/helm-unittest: PACKAGE := github.com/helm-unittest/helm-unittest/cmd/helm-unittest
bin/kind: PACKAGE := sigs.k8s.io/kind
bin/kubeconform: PACKAGE := github.com/yannh/kubeconform/cmd/kubeconform

bin/helm bin/helm3 bin/helm-docs bin/helm-unittest bin/kind bin/kubeconform: tools/kube/go.mod
	cd tools/kube && GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o $(CURDIR)/$@ $(PACKAGE)
