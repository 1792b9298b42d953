package actortest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// stopTime is what an actor that a test has started is given to stop.
const stopTime = 5 * time.Second

// A process is what a test starts by itself: an actor, whatever its messages.
type process interface {
	actor.Child
	actor.Retirer
	Done() <-chan struct{}
}

// A host is the parent of an actor that a test has started by itself. What an
// actor ends with is known to nobody else.
type host struct {
	foresee func(actor.Exit) actor.Prospect

	mu    sync.Mutex
	begun chan error    // protected by mu, the variable: of the last start
	over  chan struct{} // protected by mu, the variable: closed when the last incarnation has ended
	last  actor.Exit    // protected by mu: how it ended
	runs  bool          // protected by mu
}

// newHost returns a host whose actors end for good if foresee is nil.
func newHost(foresee func(actor.Exit) actor.Prospect) *host { return &host{foresee: foresee} }

// start starts an incarnation and waits until it has started, or has not.
func (h *host) start(ctx context.Context, p process) error {
	h.mu.Lock()
	begun := make(chan error, 1)
	h.begun, h.over, h.last, h.runs = begun, make(chan struct{}), actor.Exit{}, true
	h.mu.Unlock()
	p.Start(ctx, h)
	return <-begun
}

// end stops the actor if it runs, and ends its address.
func (h *host) end(p process) {
	h.stop(p)
	p.Retire(nil)
	<-p.Done()
}

// stop stops the actor, if it runs.
func (h *host) stop(p process) {
	if h.running() {
		p.Stop(stopTime)
		h.wait()
	}
}

// wait waits until the incarnation has ended.
func (h *host) wait() {
	h.mu.Lock()
	over := h.over
	h.mu.Unlock()
	<-over
}

func (h *host) running() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.runs
}

// exit is how the last incarnation ended.
func (h *host) exit() actor.Exit {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// Started implements actor.Host.
func (h *host) Started(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.last, h.runs = notStarted(err), false
		close(h.over)
	}
	h.begun <- err
}

// notStarted is the end of an incarnation whose start has failed.
func notStarted(err error) actor.Exit {
	exit := actor.Exit{Kind: actor.Failure, Err: err, At: time.Now()}
	var panicked *actor.PanicError
	switch {
	case errors.As(err, &panicked):
		exit.Kind = actor.Panic
	case errors.Is(err, actor.ErrGoexit):
		exit.Kind = actor.Goexit
	case errors.Is(err, actor.ErrIgnore):
		exit.Kind = actor.Normal
	}
	return exit
}

// Ended implements actor.Host.
func (h *host) Ended(exit actor.Exit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.runs = exit, false
	close(h.over)
}

// Foresee implements actor.Overseer.
func (h *host) Foresee(exit actor.Exit) actor.Prospect {
	if h.foresee == nil {
		return actor.Ends
	}
	return h.foresee(exit)
}

// Continued implements actor.Overseer. No actor goes on after Ends or Restarts.
func (h *host) Continued(actor.Exit, actor.Prospect) {}
