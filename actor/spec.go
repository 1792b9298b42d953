package actor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/understudy-go/understudy/mailbox"
)

// A Spec declares an actor that takes messages of type M.
type Spec[M any] struct {
	// Name is what the actor is called among its siblings. It is required, at
	// most 255 bytes long, and has no slash and no control character.
	Name string

	// Type says what kind of actor it is, in spans and metrics. Empty means
	// the name of the Go type that New returns; if that has a method Unwrap,
	// which returns the actor that it stands around, that one's. It has the same
	// form as Name.
	Type string

	// New makes the actor's state, at every start: nothing survives a restart
	// but the mailbox. It runs on the actor's own goroutine. It may fail, or
	// return ErrIgnore to say that the actor is not to run. Required; see
	// [Make] for plain constructors.
	New func(ctx context.Context, self *Self[M]) (Actor[M], error)

	// Mailbox bounds the messages that wait. The zero value is a capacity of
	// mailbox.DefaultCapacity at which senders wait.
	Mailbox mailbox.Config

	// Priority, if set, says which messages are handled first: those with the
	// largest, and among these in the order in which they were sent. The mailbox
	// must be one without a bound. Each sender calls Priority for its message, so
	// it must be quick and safe for many goroutines. What comes through an adapter
	// has the priority of the zero M, since it becomes an M only when it is handled.
	Priority func(M) int

	// DropWaiting has the messages that wait when an incarnation ends become
	// dead letters, instead of being kept for the next one. What comes between
	// two incarnations waits all the same.
	DropWaiting bool

	// Registered is the name by which the system's registry finds the actor,
	// from its first start until its address ends. Empty means none. No two
	// actors of a system have the same one.
	Registered string

	// HookTimeout is how long the stop hook may take when the actor ends by
	// itself. Zero means 5 seconds, Forever no limit.
	HookTimeout time.Duration

	// DeadLetters, if set, is called with each message to this actor that was
	// accepted and will not be handled, and with each that its mailbox drops.
	// The actor or the sender waits for it meanwhile, so it must not block, and
	// it must not send to this actor.
	DeadLetters func(DeadLetter[M])

	// Owns are further addresses that end when this one does, last first.
	// A supervisor's static children are: their addresses outlive the
	// supervisor's own restarts.
	Owns []Child

	// Invalid, if set, is what is wrong with the declaration from which this
	// Spec was made. Packages that build on this one put it here.
	Invalid error
}

const (
	maxName            = 255
	defaultHookTimeout = 5 * time.Second
)

// Validate reports every wrong field, joined; each is a *[FieldError], but for
// what Invalid holds.
func (s Spec[M]) Validate() error {
	var errs []error
	wrong := func(field string, reason error) {
		errs = append(errs, &FieldError{Actor: bounded(s.Name), Field: field, Reason: reason})
	}
	if s.Name == "" {
		wrong("Name", errors.New("is empty"))
	} else if err := CheckName(s.Name); err != nil {
		wrong("Name", err)
	}
	if err := CheckName(s.Type); err != nil {
		wrong("Type", err)
	}
	if len(s.Registered) > maxName {
		wrong("Registered", fmt.Errorf("is longer than %d bytes", maxName))
	}
	if s.New == nil {
		wrong("New", errors.New("is nil"))
	}
	if err := s.Mailbox.Validate(); err != nil {
		wrong("Mailbox", err)
	}
	if s.Priority != nil && s.Mailbox.Kind != mailbox.NoBound {
		wrong("Priority", errors.New("needs a mailbox without a bound"))
	}
	if s.HookTimeout < 0 {
		wrong("HookTimeout", fmt.Errorf("is negative: %v", s.HookTimeout))
	}
	for i, child := range s.Owns {
		if err := checkChild(child); err != nil {
			wrong(fmt.Sprintf("Owns[%d]", i), err)
		}
	}
	if s.Invalid != nil {
		errs = append(errs, s.Invalid)
	}
	return errors.Join(errs...)
}

// CheckName reports what is wrong with a name, if anything: names are at most
// 255 bytes long and have no slash and no control character. The empty name
// passes.
func CheckName(name string) error {
	switch {
	case len(name) > maxName:
		return fmt.Errorf("is longer than %d bytes", maxName)
	case strings.ContainsRune(name, '/'):
		return errors.New("contains a slash")
	case strings.ContainsFunc(name, unicode.IsControl):
		return errors.New("contains a control character")
	}
	return nil
}

// bounded cuts a name that is to stand in an error.
func bounded(name string) string {
	if len(name) <= maxName {
		return name
	}
	return strings.ToValidUTF8(name[:maxName], "") + "…"
}
