package actor

import (
	"context"
	"time"
)

// Behaviors is an actor that becomes another: each message is handled by the
// actor that it was told to become last. New returns it, and those that change it
// keep it:
//
//	b := new(actor.Behaviors[Msg])
//	b.Become(&closed{b})
//	return b, nil
//
// The zero value ignores all messages. Only what it is now handles messages; for
// hooks and health embed it in an actor that has them.
type Behaviors[M any] struct{ now Actor[M] }

// Become has a handle the messages after the one in hand. It belongs in New and
// Receive.
func (b *Behaviors[M]) Become(a Actor[M]) { b.now = a }

// Receive implements [Actor].
func (b *Behaviors[M]) Receive(ctx context.Context, msg M) error {
	if b.now == nil {
		return nil
	}
	return b.now.Receive(ctx, msg)
}

// A State is what a [Machine] does while it is in it.
type State[S comparable, M any] struct {
	// Receive handles a message and returns the state to be in then: the same
	// one to stay. An error ends the actor, as Actor.Receive's does. Nil ignores
	// all messages.
	Receive func(ctx context.Context, msg M) (S, error)

	// Timeout, if positive, is how long the machine may be in this state. Then
	// OnTimeout is handled, ahead of the messages in the mailbox, unless it has
	// gone to another state before. Staying does not begin it anew, but see
	// Machine.ResetTimeout.
	Timeout   time.Duration
	OnTimeout M
}

// A Machine is an actor that is in one of a set of states, each with its own
// way to handle messages. Make one with [NewMachine]. It belongs to its actor:
// its methods are for New and Receive.
type Machine[S comparable, M any] struct {
	states map[S]State[S, M]
	timers *Timers[struct{}, M]
	state  S
}

// NewMachine returns a machine that is in its first state. A state that is not
// among states ignores all messages.
func NewMachine[S comparable, M any](self *Self[M], first S, states map[S]State[S, M]) *Machine[S, M] {
	m := &Machine[S, M]{states: states, timers: NewTimers[struct{}](self)}
	m.enter(first)
	return m
}

// State returns the state that the machine is in.
func (m *Machine[S, M]) State() S { return m.state }

// ResetTimeout has the time of the state that the machine is in begin anew, also
// when it is over and OnTimeout is being handled. It is for a State's Receive
// that stays; to go to another state begins the time of that one anyway.
func (m *Machine[S, M]) ResetTimeout() { m.enter(m.state) }

// Receive implements [Actor].
func (m *Machine[S, M]) Receive(ctx context.Context, msg M) error {
	receive := m.states[m.state].Receive
	if receive == nil {
		return nil
	}
	next, err := receive(ctx, msg)
	if err == nil && next != m.state {
		m.enter(next)
	}
	return err
}

// enter goes to a state. The timeout of the one before is called off, even if
// its message was queued.
func (m *Machine[S, M]) enter(next S) {
	m.state = next
	m.timers.Cancel(struct{}{})
	if s := m.states[next]; s.Timeout > 0 {
		m.timers.After(struct{}{}, s.Timeout, s.OnTimeout)
	}
}
