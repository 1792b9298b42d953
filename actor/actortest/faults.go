package actortest

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"

	"github.com/understudy-go/understudy/actor"
)

// ErrInjected is what an actor panics with at a fault, unless Faults.Err says
// otherwise. errors.Is finds it in the *actor.PanicError.
var ErrInjected = errors.New("actortest: injected fault")

// Faults say when an actor is to fail. They are counted over all its
// incarnations, from 1, so that a fault which is over does not come again after
// the restart that it has led to. The zero Faults has none.
type Faults[M any] struct {
	// Messages are the messages at which it fails: the first it gets is 1.
	Messages []int
	// When, if set, chooses further ones by what is in them.
	When func(msg M) bool
	// Rate is the share of messages, from 0 to 1, at which it fails by chance,
	// and Seed begins the sequence of chances: the same one makes the same
	// sequence.
	Rate float64
	Seed uint64

	// Starts are the starts that fail, before New is called.
	Starts []int
	// Stops are the ends at which the stop hook fails, after the actor's own has
	// run, if it has one.
	Stops []int

	// Err is the error that New, Receive or the hook then returns. Nil means
	// that they panic, with ErrInjected.
	Err error
}

// Inject returns the declaration of an actor that is as spec says, and fails as
// faults say. At a faulty message the actor's own Receive is not called: as when
// it fails in its first line, the message is lost and the state as it was.
//
//	spec := actortest.Inject(counterSpec, actortest.Faults[Msg]{Messages: []int{3}})
//
// Actors that are declared by one call share the count.
func Inject[M any](spec actor.Spec[M], faults Faults[M]) actor.Spec[M] {
	inner := spec.New
	if inner == nil { // Validate tells
		return spec
	}
	f := &saboteur[M]{faults: faults, chance: rand.New(rand.NewPCG(faults.Seed, 0))}
	spec.New = func(ctx context.Context, self *actor.Self[M]) (actor.Actor[M], error) {
		if f.counts(&f.starts, faults.Starts) {
			return nil, f.strike()
		}
		made, err := inner(ctx, self)
		if v := reflect.ValueOf(made); err != nil || !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
			return made, err // which the framework refuses
		}
		return &faulty[M]{inner: made, by: f}, nil
	}
	return spec
}

// A saboteur decides which call fails.
type saboteur[M any] struct {
	faults Faults[M]

	mu                      sync.Mutex
	chance                  *rand.Rand // protected by mu
	starts, messages, stops int        // protected by mu
}

// counts adds one to a count, and reports whether it is one of the faulty.
func (s *saboteur[M]) counts(count *int, faulty []int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	*count++
	return slices.Contains(faulty, *count)
}

// hits reports whether a message is a faulty one.
func (s *saboteur[M]) hits(msg M) bool {
	hit := s.counts(&s.messages, s.faults.Messages)
	if s.faults.Rate > 0 {
		s.mu.Lock()
		hit = s.chance.Float64() < s.faults.Rate || hit // drawn for each message, whatever else there is
		s.mu.Unlock()
	}
	return hit || s.faults.When != nil && s.faults.When(msg)
}

// strike fails.
func (s *saboteur[M]) strike() error {
	if s.faults.Err == nil {
		panic(ErrInjected)
	}
	return s.faults.Err
}

// A faulty actor is one that has a saboteur.
type faulty[M any] struct {
	inner actor.Actor[M]
	by    *saboteur[M]
}

// Unwrap gives the actor the type of the one inside.
func (f *faulty[M]) Unwrap() actor.Actor[M] { return f.inner }

// Receive implements actor.Actor.
func (f *faulty[M]) Receive(ctx context.Context, msg M) error {
	if f.by.hits(msg) {
		return f.by.strike()
	}
	return f.inner.Receive(ctx, msg)
}

// Stopped implements actor.Stopper.
func (f *faulty[M]) Stopped(ctx context.Context, exit actor.Exit) error {
	hit := f.by.counts(&f.by.stops, f.by.faults.Stops)
	var err error
	if hook, ok := f.inner.(actor.Stopper); ok {
		err = hook.Stopped(ctx, exit)
	}
	if hit {
		return errors.Join(err, f.by.strike())
	}
	return err
}

// PreRestart implements actor.Restarter.
func (f *faulty[M]) PreRestart(ctx context.Context, exit actor.Exit) error {
	if hook, ok := f.inner.(actor.Restarter); ok {
		return hook.PreRestart(ctx, exit)
	}
	return nil
}

// Health implements actor.HealthReporter.
func (f *faulty[M]) Health(ctx context.Context) actor.Health {
	if reporter, ok := f.inner.(actor.HealthReporter); ok {
		return reporter.Health(ctx)
	}
	return actor.Healthy
}
