package supervision

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/understudy-go/understudy/actor"
)

// check asks a child how it fares. Only the timer of the same token ends a check
// to which no answer comes.
func (s *supervisor) check(a doCheck) {
	checker := s.machine.kids.find(a.id).checker
	tell := func(h actor.Health) { s.self.After(0, answered{diagnosed{a.id, a.token, h}}) }
	if checker == nil {
		tell(actor.Healthy)
		return
	}
	// Not the supervisor's own context: who is asked acts for nobody.
	ctx, cancel := context.WithTimeout(context.Background(), a.within)
	report := func(h actor.Health) {
		if ctx.Err() == nil { // what the end of the time has brought about comes too late
			tell(h)
		}
	}
	if s.checks == nil {
		s.checks = make(map[uint64]context.CancelFunc)
	}
	s.checks[a.token] = cancel
	contained(func() { checker.Check(ctx, report) }, report)
}

// checked lets go of what a check has left behind.
func (s *supervisor) checked(token uint64) {
	if cancel, ok := s.checks[token]; ok {
		cancel()
		delete(s.checks, token)
	}
}

// checker returns who is asked about a child: what the spec says, or the child,
// or nobody.
func (h *HealthCheck) checker(child actor.Child) actor.Checker {
	if h == nil {
		return nil
	}
	if h.Check != nil {
		return &examiner{ask: h.Check}
	}
	c, _ := child.(actor.Checker)
	return c
}

// An examiner asks on a goroutine of its own, one at a time: as long as a call
// has not returned, there is no answer.
type examiner struct {
	ask  func(ctx context.Context) actor.Health
	busy atomic.Bool
}

// Check implements [actor.Checker].
func (e *examiner) Check(ctx context.Context, report func(actor.Health)) {
	if !e.busy.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer e.busy.Store(false)
		contained(func() { report(e.ask(ctx)) }, report)
	}()
}

// contained runs user code that is to report something. A panic in it is
// reported in its place.
func contained(f func(), report func(actor.Health)) {
	defer func() {
		if r := recover(); r != nil {
			report(actor.Failed(fmt.Sprintf("panicked: %.200v", r)))
		}
	}()
	f()
}
