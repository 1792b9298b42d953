package topic_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

var errBoom = errors.New("boom")

// What a reader does with some messages.
const (
	crash = -1 - iota
	leave
	stall // until it is released
)

// A reader is an actor that keeps what it gets.
type reader struct {
	*actor.Process[int]

	release chan struct{}

	mu   sync.Mutex // protects what follows
	seen []int
}

func newReader(name string, box mailbox.Config) *reader {
	r := &reader{release: make(chan struct{})}
	r.Process = actor.New(actor.Spec[int]{
		Name: name, Mailbox: box,
		New: actor.Make(func() actor.Func[int] { return r.receive }),
	})
	return r
}

func (r *reader) receive(_ context.Context, n int) error {
	switch n {
	case crash:
		return errBoom
	case leave:
		return actor.ErrStop
	case stall:
		<-r.release
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, n)
	return nil
}

// got returns what the reader has kept when everything has come to rest.
func (r *reader) got() []int {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]int{}, r.seen...)
}

// fill has the reader stall, with its mailbox full.
func (r *reader) fill(t *testing.T) {
	t.Helper()
	require.NoError(t, r.TrySend(stall))
	synctest.Wait()
	for range r.Info().Capacity {
		require.NoError(t, r.TrySend(0))
	}
}

// A stage is a system with a topic of numbers in it.
type stage struct {
	*system.ActorSystem

	topic  *topic.Topic[int]
	events monitoring.Memory[monitoring.TopicEvent]
}

// perform runs a test in virtual time, in a system with a topic and readers. All
// end by the end of the test, and then the topic's account must be settled.
func perform(t *testing.T, f func(*testing.T, *stage), readers ...*reader) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()
		s := newStage(t, readers...)
		f(t, s)
		require.NoError(t, s.Shutdown(context.Background()))
		settled(t, s.topic)
	})
}

func newStage(t *testing.T, readers ...*reader) *stage {
	t.Helper()
	s := &stage{topic: topic.New[int](topic.Spec{Name: "numbers"})}
	s.events.Min = monitoring.Trace
	children := []supervision.Child{{Process: s.topic}}
	for _, r := range readers {
		children = append(children, supervision.Child{Process: r.Process, Restart: supervision.Transient})
	}
	var err error
	s.ActorSystem, err = system.Start(t.Context(), system.Config{
		Name:     "sys",
		Root:     supervision.Spec{Children: children, Limit: supervision.AtMost(1000, 1)},
		Logger:   slog.New(slog.DiscardHandler),
		Monitors: monitoring.Monitors{Topic: &s.events},
	})
	require.NoError(t, err)
	return s
}

// publish publishes numbers, which must not fail.
func (s *stage) publish(t *testing.T, numbers ...int) {
	t.Helper()
	for _, n := range numbers {
		require.NoError(t, s.topic.Publish(t.Context(), n))
	}
}

// told returns the events since the last call, a line each.
func (s *stage) told() (lines []string) {
	synctest.Wait()
	for _, e := range s.events.Snapshot().Recent {
		line := fmt.Sprintf("%v %d", e, e.Subscribers)
		if e.Subscriber != "" {
			line += " " + e.Subscriber
		}
		if e.Reason != "" {
			line += ": " + e.Reason
		}
		if e.Err != nil {
			line += ": " + e.Err.Error()
		}
		lines = append(lines, line)
	}
	s.events.Reset()
	return lines
}

// settled wants that each message is accounted for, for each subscriber.
func settled[T any](t *testing.T, in *topic.Topic[T]) {
	t.Helper()
	s := in.Stats()
	require.Equal(t, s.Addressed, s.Delivered+s.Dropped+s.Failed, "%+v", s)
}
