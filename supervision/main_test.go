package supervision

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// update rewrites the golden transcripts in testdata. Review them as a diff.
var update = flag.Bool("update", false, "rewrite testdata")

func TestMain(m *testing.M) {
	// rapid's 100 schedules are few for a machine of this size. The command
	// line, which is read later, has the last word.
	if err := flag.Set("rapid.checks", "2000"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}
