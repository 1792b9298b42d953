package benchmarks

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/thejerf/suture/v4"
)

// sutureGo is github.com/thejerf/suture/v4, which supervises loops and knows no
// messages: the loop reads a channel. Failures are not counted against a limit,
// and nothing is logged.
var sutureGo = contender{name: "suture", restart: sutureRestart}

func sutureRestart(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	mailbox, handled := make(chan message, capacity), make(chan struct{}, 1)
	root := suture.New("bench", suture.Spec{
		EventHook:        func(suture.Event) {},
		FailureThreshold: math.MaxFloat64,
	})
	root.Add(&sutureVictim{mailbox, t, handled})
	ctx, cancel := context.WithCancel(context.Background())
	over := root.ServeBackground(ctx)
	tb.Cleanup(func() {
		cancel()
		if err := <-over; !errors.Is(err, context.Canceled) {
			tb.Error(err)
		}
	})
	return func(worker, n int) error {
		for seq := range n {
			mailbox <- crash
			mailbox <- message{uint64(worker), uint64(seq)}
			<-handled
		}
		return nil
	}
}

// A sutureVictim stays; each Serve makes its state.
type sutureVictim struct {
	mailbox <-chan message
	tally   *tally
	handled chan<- struct{}
}

func (v *sutureVictim) Serve(ctx context.Context) error {
	f := newFragile(v.tally, v.handled)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-v.mailbox:
			f.handle(m)
		}
	}
}
