package actortest

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
)

// room is how many messages a probe's mailbox holds. They are taken from it at
// once; it fills up only while nothing else may run.
const room = 1024

// A Probe is an actor that a test plays. Its Ref goes wherever an address for
// messages of type M is wanted; what is sent there the test takes and looks at,
// in the order in which it came.
//
//	client := actortest.NewProbe[Event](t, "client")
//	err := orders.Send(ctx, Subscribe{client.Ref})
//	client.Expect(Accepted{ID: 1})
//
// A message with a Reply in it is answered like any other: take it, and call
// Reply.Send. A question that nobody has answered fails when the test ends. See
// Answer for a probe that answers by itself.
//
// The expectations fail the test at once, as testing.TB's Fatalf does, so they
// belong to the test's own goroutine.
type Probe[M any] struct {
	// Ref is the probe's address.
	actor.Ref[M]
	// Within is how long an expectation waits for what it expects. Zero means
	// 3 seconds.
	Within time.Duration

	t       testing.TB
	process *actor.Process[M]
	host    *host
	self    *actor.Self[M] // set before NewProbe returns
	arrived bell
	notice  bool  // owned by the run loop: what comes next is no message
	ends    bool  // owned by the run loop: what comes next is the end
	cause   error // set before ends

	mu      sync.Mutex
	answer  func(M) bool // protected by mu
	waiting []M          // protected by mu: what has arrived and has not been taken
	taken   []M          // protected by mu: what was taken
}

// NewProbe starts a probe, which ends with the test. The name is for failures,
// logs and traces; the probe belongs to no system.
func NewProbe[M any](t testing.TB, name string) *Probe[M] {
	t.Helper()
	p := &Probe[M]{t: t, arrived: newBell()}
	p.process = actor.New(actor.Spec[M]{
		Name:    name,
		Type:    "Probe",
		Mailbox: mailbox.Config{Capacity: room},
		New: func(_ context.Context, self *actor.Self[M]) (actor.Actor[M], error) {
			p.self = self
			return actor.Func[M](p.receive), nil
		},
	})
	p.Ref = p.process.Ref
	p.host = newHost(nil)
	if err := p.host.start(context.Background(), p.process); err != nil {
		t.Fatalf("actortest: NewProbe(%q): %v", name, err)
	}
	t.Cleanup(func() {
		t.Helper()
		p.host.end(p.process)
		if exit := p.host.exit(); exit.Kind.Abnormal() && !p.ends {
			t.Errorf("actortest: probe %s has failed: %v", name, exit)
		}
	})
	return p
}

// receive is the probe's part that is an actor.
func (p *Probe[M]) receive(_ context.Context, msg M) error {
	if p.ends {
		return cmp.Or(p.cause, actor.ErrStop)
	}
	if p.notice {
		p.notice = false
		return nil
	}
	p.mu.Lock()
	answer := p.answer
	p.mu.Unlock()
	if answer != nil && answer(msg) {
		return nil
	}
	p.mu.Lock()
	p.waiting = append(p.waiting, msg)
	p.mu.Unlock()
	p.arrived.ring()
	return nil
}

// Answer has f called with each message that arrives from now on, on the probe's
// goroutine. Those for which it returns true it has dealt with, and the test does
// not see them. It is for questions that are always answered alike:
//
//	prices.Answer(func(msg Query) bool {
//		msg.Reply.Send(42)
//		return true
//	})
//
// A further call takes the place of the one before; nil calls it off.
func (p *Probe[M]) Answer(f func(msg M) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

// Next waits for the next message and takes it.
func (p *Probe[M]) Next() M {
	p.t.Helper()
	return p.next("any message")
}

// Expect waits for the next message, takes it, and fails the test if it is not
// deeply equal to want. Addresses and replies in it are to be the same ones, times
// the same instants.
func (p *Probe[M]) Expect(want M) {
	p.t.Helper()
	if got := p.next(show(want)); !equal(got, want) {
		p.fail("the next message is not the one expected", compare(got, want))
	}
}

// ExpectThat waits for the next message, takes it, and fails the test unless ok
// returns true of it.
func (p *Probe[M]) ExpectThat(ok func(msg M) bool) M {
	p.t.Helper()
	got := p.next("a message that meets the condition")
	if !ok(got) {
		p.fail("the next message does not meet the condition", "\n\tgot:  "+show(got))
	}
	return got
}

// ExpectType waits for the next message, takes it, and fails the test if it is
// not of type T. Messages of several types are those of an interface M; the
// compiler knows it by the probe:
//
//	query := actortest.ExpectType[Query](probe)
func ExpectType[T, M any](p *Probe[M]) T {
	p.t.Helper()
	want := "a message of type " + reflect.TypeFor[T]().String()
	got := p.next(want)
	as, ok := any(got).(T)
	if !ok {
		p.fail("the next message is of another type", "\n\tgot:  "+show(got)+"\n\twant: "+want)
	}
	return as
}

// Fish takes messages until there is one for which ok returns true, and returns
// that. All of them together may take as long as one expectation.
func (p *Probe[M]) Fish(ok func(msg M) bool) M {
	p.t.Helper()
	var got M
	found := p.arrived.wait(p.Within, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for len(p.waiting) > 0 {
			if got = p.take(); ok(got) {
				return true
			}
		}
		return false
	})
	if !found {
		p.fail(fmt.Sprintf("no message met the condition within %v", orPatience(p.Within)), "")
	}
	return got
}

// ExpectNone fails the test if there is a message that was not taken, or one
// comes in the time given. In a bubble it takes no real time, and what comes at
// its very end counts; elsewhere it waits.
func (p *Probe[M]) ExpectNone(d time.Duration) {
	p.t.Helper()
	settle()
	came := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.waiting) > 0
	}
	if came() || d > 0 && p.arrived.wait(d, came) {
		p.fail("there is a message where none was expected", "\n\tgot:  "+show(p.Next()))
	}
}

// ExpectDown watches an address until it has ended, and returns how. What its
// actor had sent to the probe before is there then.
func (p *Probe[M]) ExpectDown(a actor.Address) actor.Down {
	p.t.Helper()
	down := make(chan actor.Down, 1)
	err := p.self.Watch(a, func(d actor.Down) (none M) {
		p.notice = true
		down <- d
		return none
	})
	if err != nil {
		p.fail(err.Error(), "")
	}
	timer := time.NewTimer(orPatience(p.Within))
	defer timer.Stop()
	select {
	case d := <-down:
		return d
	case <-timer.C:
		settle()
	}
	select {
	case d := <-down: // at this very moment
		return d
	default:
	}
	p.self.Unwatch(a)
	p.fail(fmt.Sprintf("%s has not ended within %v", a.Path(), orPatience(p.Within)), "")
	return actor.Down{}
}

// End ends the probe's address, as that of an actor whose Receive has returned
// err; nil is a normal end. It returns when that is done: those who watch the
// probe, or are linked to it, are told, and questions that it has not answered
// fail. What it had got can still be taken.
func (p *Probe[M]) End(err error) {
	if !p.host.running() {
		return
	}
	p.cause = err
	nothing := func(context.Context) (struct{}, error) { return struct{}{}, nil }
	actor.Async(p.self, nothing, func(struct{}, error) (none M) {
		p.ends = true
		return none
	})
	p.host.wait()
	p.host.end(p.process)
}

// next takes the next message, or fails the test for want of what was expected.
func (p *Probe[M]) next(want string) (msg M) {
	p.t.Helper()
	came := p.arrived.wait(p.Within, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.waiting) == 0 {
			return false
		}
		msg = p.take()
		return true
	})
	if !came {
		p.fail(fmt.Sprintf("no message came within %v", orPatience(p.Within)), "\n\twant: "+want)
	}
	return msg
}

// take is called with mu held.
func (p *Probe[M]) take() M {
	msg := p.waiting[0]
	p.waiting = p.waiting[1:]
	p.taken = append(p.taken, msg)
	return msg
}

// fail ends the test, and tells what else the probe has seen.
func (p *Probe[M]) fail(what, details string) {
	p.t.Helper()
	p.mu.Lock()
	taken, waiting := slices.Clone(p.taken), slices.Clone(p.waiting)
	p.mu.Unlock()
	p.t.Fatalf("actortest: probe %s: %s%s%s%s", p.Name(), what, details,
		list("all that was taken", shown(taken)), list("still waiting", shown(waiting)))
}
