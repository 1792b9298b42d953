package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine describes where and with what is measured, in lines that benchstat
// takes for the configuration of the results below them. The processor is in
// go test's own output.
func machine(ctx context.Context) string {
	var text strings.Builder
	say := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&text, "%s: %s\n", key, value)
		}
	}
	say("date", time.Now().UTC().Format(time.RFC3339))
	say("go", output(ctx, "go", "env", "GOVERSION"))
	say("cpus", strconv.Itoa(runtime.NumCPU()))
	say("kernel", output(ctx, "uname", "-sr"))
	say("commit", output(ctx, "git", "describe", "--always", "--dirty"))
	say("peers", versions(ctx))
	say("load", load())
	for _, name := range []string{"GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GODEBUG", "GOAMD64", "GOEXPERIMENT"} {
		say(strings.ToLower(name), os.Getenv(name))
	}
	return text.String()
}

// peers are the modules that are measured beside this one.
var peers = []string{
	"github.com/asynkron/protoactor-go", "github.com/anthdm/hollywood", "github.com/tochemey/goakt/v4",
	"github.com/vladopajic/go-actor", "github.com/Arceliar/phony", "github.com/ergo-services/ergo",
	"github.com/thejerf/suture/v4",
}

// versions names the versions of the other systems that ran.
func versions(ctx context.Context) string {
	text := output(ctx, "go", append([]string{"list", "-m"}, peers...)...)
	return strings.ReplaceAll(text, "\n", ", ")
}

// output returns what a command prints, or nothing if it cannot be run.
func output(ctx context.Context, name string, args ...string) string {
	text, err := exec.CommandContext(ctx, name, args...).Output() //nolint:gosec // git, go and uname
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// load returns the load averages, where the system tells.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// busy reports whether something else was running in the last five minutes. A
// minute would show the compiler that has built this command.
func busy() bool {
	averages := strings.Fields(load())
	if len(averages) < 2 {
		return false
	}
	v, err := strconv.ParseFloat(averages[1], 64)
	return err == nil && v > 0.5
}
