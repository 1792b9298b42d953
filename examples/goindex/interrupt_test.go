//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

// interrupted runs the program until it is in the middle of a file, and then
// sends the signal that Ctrl-C sends. The parser is not through with the file
// before it is told to stop.
func interrupted(t *testing.T, o options, file string) (code int, out, err string) {
	t.Helper()
	o.parsers = 1
	o.chaos = func(ctx context.Context, at string, _ int) {
		if at == file {
			assert.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
			<-ctx.Done()
		}
	}
	var stdout, stderr bytes.Buffer
	code = execute(t.Context(), o, console{out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestInterrupt(t *testing.T) {
	code, out, complaint := interrupted(t, options{
		folders: []string{tree(t, sample)},
		verify:  true,
	}, "c/c.go")
	assert.Equal(t, exitInterrupted, code)
	assert.Equal(t, "goindex: interrupted\n", complaint)
	assert.Regexp(t, `^NOT COMPLETE`, out)
	assert.Regexp(t, `(?m)^files +5$`, out, "those before the one in hand")
	assert.NotContains(t, out, "verified")
}

func TestInterruptBeforeAnythingIsCounted(t *testing.T) {
	root := tree(t, map[string]string{"x.go": "package x\n"})
	code, out, complaint := interrupted(t, options{folders: []string{root}, json: true}, "x.go")
	assert.Equal(t, exitInterrupted, code)
	assert.Equal(t, "goindex: interrupted\n", complaint, "it is no failure that there are no files")
	assert.Contains(t, out, `"complete": false`)
	assert.Contains(t, out, `"files": 0`)
}

func TestInterruptOfAComparison(t *testing.T) {
	code, out, complaint := interrupted(t, options{folders: []string{tree(t, sample)}, plain: true}, "a/a.go")
	assert.Equal(t, exitInterrupted, code)
	assert.Equal(t, "goindex: interrupted\n", complaint)
	assert.Empty(t, out)
}

func TestInterruptBeforeTheStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, err bytes.Buffer
	code := run(ctx, []string{tree(t, sample)}, console{out: &out, err: &err})
	assert.Equal(t, exitInterrupted, code)
	assert.Contains(t, out.String(), "took", "there is a summary, however much is in it")
}
