// Package beam measures Erlang's virtual machine in the cases that it can do.
// The work is in the modules beside this file, which print what go test prints.
package beam

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed *.erl
var sources embed.FS

// Cases are the benchmarks that there are in Erlang as well.
var Cases = []string{
	"Tell1to1", "Tell8to1", "Pipeline3", "AskSeq", "Ask64", "PingPong", "Ring503", "Fanout1000", "Restart",
	"Skynet100k", "Skynet1M", "Spawn100k", "Spawn1M",
}

// ErrMissing says that there is no Erlang here.
var ErrMissing = errors.New("beam: erl and erlc are not installed")

// A Machine is the compiled modules.
type Machine struct{ dir string }

// Compile compiles the modules into a folder, which is there already. It
// returns ErrMissing where it cannot.
func Compile(ctx context.Context, dir string) (*Machine, error) {
	for _, command := range []string{"erl", "erlc"} {
		if _, err := exec.LookPath(command); err != nil {
			return nil, ErrMissing
		}
	}
	files, err := sources.ReadDir(".")
	if err != nil {
		return nil, err
	}
	args := []string{"-o", dir}
	for _, f := range files {
		text, err := sources.ReadFile(f.Name())
		if err != nil {
			return nil, err
		}
		name := filepath.Join(dir, f.Name())
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return nil, err
		}
		args = append(args, name)
	}
	if text, err := exec.CommandContext(ctx, "erlc", args...).CombinedOutput(); err != nil { //nolint:gosec // files of our own
		return nil, fmt.Errorf("erlc: %w\n%s", err, text)
	}
	return &Machine{dir}, nil
}

// Run runs cases one after another in one virtual machine, and returns what that
// prints. benchtime is as for go test, in seconds ("1s") or operations ("100x").
func (m *Machine) Run(ctx context.Context, benchtime string, cases ...string) (string, error) {
	args := append([]string{"-noshell", "+P", "4000000", "-pa", m.dir, "-run", "bench", "main", benchtime}, cases...)
	erl := exec.CommandContext(ctx, "erl", args...)              //nolint:gosec // modules of our own
	erl.Env = append(os.Environ(), "ERL_CRASH_DUMP="+os.DevNull) // its text says what went wrong
	text, err := erl.CombinedOutput()
	return string(text), err
}

// Version names the release of Erlang/OTP.
func (m *Machine) Version(ctx context.Context) string {
	text, err := exec.CommandContext(ctx, "erl", "-noshell", "-eval",
		`io:format("Erlang/OTP ~s, erts ~s", [erlang:system_info(otp_release), erlang:system_info(version)]), halt().`).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
