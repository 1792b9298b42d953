package benchmarks

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	_ "github.com/understudy-go/understudy/benchmarks/internal/protoconflict" // hollywood and protoactor share a name
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // for systems that can be given no logger, package log included
	goleak.VerifyTestMain(m,
		// What others leave behind when they have been shut down.
		goleak.IgnoreTopFunction("github.com/asynkron/protoactor-go/actor.NewDeadLetter.NewThrottle.func4.1"),
		goleak.IgnoreTopFunction("github.com/tochemey/goakt/v4/actor.(*PID).startSupervision.func1"))
}
