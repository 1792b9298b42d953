package system_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// update rewrites the golden files in testdata. Review them as a diff.
var update = flag.Bool("update", false, "rewrite testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
