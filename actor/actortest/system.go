package actortest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/system"
)

// A System is an actor system under test. It is stopped when the test ends, and
// checked then. The test fails
//
//   - if the system had ended by itself, or did not stop in order: what did not
//     stop in time is named, such as a handler that is stuck, and so is a goroutine
//     of the system that is still at work. A test that has looked at the error
//     itself, with Err or Shutdown, has dealt with it;
//   - if a message that an actor accepted was neither handled nor a dead letter;
//   - if there were other dead letters than ExpectDeadLetters says.
//
// In a testing/synctest bubble a goroutine that an actor has left behind fails
// the test too, for the bubble cannot end then.
//
// Functions that take a *system.ActorSystem, such as system.Spawn, take the field
// of that name.
type System struct {
	*system.ActorSystem
	// Events are what the system's supervisors do.
	Events *Recorder

	t       testing.TB
	traffic *traffic
	seen    bool // the test's goroutine: it has the error of the end
	letters int  // the test's goroutine: how many are expected; -1: any
}

// NewSystem starts a system and fails the test if that cannot be done; a test of
// a start that fails calls system.Start. The zero Name is "test". Without a
// Logger the log lines are the test's output, and so are shown if it fails.
// Monitors that are given get the events too.
//
// Every message is recorded, so it is not for benchmarks.
func NewSystem(t testing.TB, cfg system.Config) *System {
	t.Helper()
	s := &System{t: t, Events: NewRecorder(t), traffic: newTraffic(), letters: -1}
	cfg.Name = cmp.Or(cfg.Name, "test")
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	cfg.Monitors.Supervision = both[Event](s.Events.Monitor(), cfg.Monitors.Supervision)
	cfg.Monitors.Mailbox = both(s.traffic.monitor(), cfg.Monitors.Mailbox)
	var err error
	if s.ActorSystem, err = system.Start(t.Context(), cfg); err != nil {
		t.Fatalf("actortest: the system %s has not started: %v", cfg.Name, err)
	}
	t.Cleanup(s.check)
	return s
}

// both is a monitor that records in ours, and in the user's if there is one.
func both[E monitoring.Event](ours, theirs monitoring.Monitor[E]) monitoring.Monitor[E] {
	if theirs == nil {
		return ours
	}
	return monitoring.Tee(ours, theirs)
}

// ExpectDeadLetters says how many dead letters there are to be in all when the
// system has been stopped, those of its stop among them. Without it any number
// will do.
func (s *System) ExpectDeadLetters(n int) { s.letters = n }

// Shutdown is that of system.ActorSystem.
func (s *System) Shutdown(ctx context.Context) error {
	err := s.ActorSystem.Shutdown(ctx)
	s.seen = true
	return err
}

// Err is that of system.ActorSystem.
func (s *System) Err() error {
	err := s.ActorSystem.Err()
	if err != nil {
		s.seen = true
	}
	return err
}

// check stops the system and says what was wrong.
func (s *System) check() {
	s.t.Helper()
	if err := s.ActorSystem.Shutdown(context.Background()); err != nil && !s.seen {
		s.t.Errorf("actortest: the system %s has not ended in order: %v", s.Name(), err)
	}
	for _, lost := range s.traffic.lost() {
		s.t.Errorf("actortest: %s", lost)
	}
	letters := s.DeadLetters()
	if n := letters.Total(); s.letters >= 0 && n != uint64(s.letters) {
		var lines []string
		for _, l := range letters.Recent {
			lines = append(lines, fmt.Sprintf("%s to %s: %v", l.Message, l.To, l.Reason))
		}
		s.t.Errorf("actortest: the system %s has other dead letters than expected\n\tgot:  %d\n\twant: %d%s",
			s.Name(), n, s.letters, list("dead letters", lines))
	}
}

// A traffic counts what goes through the mailboxes of a system.
type traffic struct {
	memory   *monitoring.Memory[monitoring.MailboxEvent]
	recorded *monitoring.Subscription[monitoring.MailboxEvent]
}

func newTraffic() *traffic {
	m := &monitoring.Memory[monitoring.MailboxEvent]{History: kept, Min: monitoring.Trace}
	return &traffic{m, m.Subscribe(0, 1)}
}

func (c *traffic) monitor() monitoring.Monitor[monitoring.MailboxEvent] { return c.memory }

// lost returns a line for each actor that accepted more messages than have come
// to anything. A sender may still be on its way to tell of a message whose actor
// has stopped, so what is missing is waited for. Of a system with more traffic
// than is kept nothing can be said.
func (c *traffic) lost() (lines []string) {
	waitFor(c.recorded.Events(), 0, func() bool {
		lines = nil
		open := c.open()
		for _, path := range slices.Sorted(maps.Keys(open)) {
			if n := open[path]; n > 0 {
				lines = append(lines, fmt.Sprintf("%s accepted messages that were neither handled nor dead letters: %d", path, n))
			}
		}
		return len(lines) == 0
	})
	c.recorded.Cancel()
	return lines
}

// open returns for each path how many messages were accepted and have come to
// nothing yet. It can be less than none, for those are not told of as accepted
// that came before the actor was first started.
func (c *traffic) open() map[string]int {
	s := c.memory.Snapshot()
	if s.Counts.Total() > uint64(len(s.Recent)) {
		return nil
	}
	open := make(map[string]int)
	for _, e := range s.Recent {
		switch e.Kind {
		case monitoring.Enqueued:
			open[e.Path]++
		case monitoring.Dequeued:
			open[e.Path]--
		case monitoring.DeadLetter:
			if e.Reason != actor.ReasonLateReply.String() { // an answer was no message of the mailbox
				open[e.Path]--
			}
		default:
		}
	}
	return open
}
