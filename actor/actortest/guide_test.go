package actortest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// docs/testing.md shows what is in this file; docs_test.go at the root checks
// that it does.

type Msg interface{ session() }

type Visit struct{ Page string }
type Count struct{ Reply actor.Reply[int] }
type Login struct{ Name string }
type Loaded struct {
	User string
	Err  error
}
type Expire struct{}

// A Session belongs to a user who visits pages. It ends when none was visited
// for half an hour.
type Session struct {
	self   *actor.Self[Msg]
	users  actor.Ref[Lookup]
	audit  actor.Ref[Entry]
	timers *actor.Timers[string, Msg]
	user   string
	pages  int
}

func (s *Session) Receive(ctx context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Visit:
		s.pages++
		s.timers.After("expiry", 30*time.Minute, Expire{})
		return s.audit.Send(ctx, Entry{s.user, msg.Page})
	case Count:
		msg.Reply.Send(s.pages)
	case Login:
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		actor.AskAsync(ctx, s.self, s.users,
			func(r actor.Reply[string]) Lookup { return Lookup{msg.Name, r} },
			func(user string, err error) Msg { return Loaded{user, err} })
	case Loaded:
		s.user = msg.User
		return msg.Err
	case Expire:
		return actor.ErrStop
	}
	return nil
}

// Lookup is what the actor of the users is asked.
type Lookup struct {
	Name  string
	Reply actor.Reply[string]
}

// Entry is what the actor of the audit is told.
type Entry struct{ User, Page string }

func (Visit) session()  {}
func (Count) session()  {}
func (Login) session()  {}
func (Loaded) session() {}
func (Expire) session() {}

func session(users actor.Ref[Lookup], audit actor.Ref[Entry]) actor.Spec[Msg] {
	return actor.Spec[Msg]{Name: "session", New: func(_ context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
		s := &Session{self: self, users: users, audit: audit, timers: actor.NewTimers[string](self)}
		s.timers.After("expiry", 30*time.Minute, Expire{})
		return s, nil
	}}
}

func TestSessionCounts(t *testing.T) {
	s := &Session{pages: 3}
	count := actortest.NewAsk[int](t)
	require.NoError(t, s.Receive(t.Context(), Count{count.Reply}))
	require.Equal(t, 3, count.Value())
}

func TestSessionExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		audit := actortest.NewProbe[Entry](t, "audit")
		s := actortest.NewSolo(t, session(actor.Ref[Lookup]{}, audit.Ref))
		s.ExpectEffects(actortest.Effect[Msg]{
			Kind: actortest.SetAfter, Of: "expiry", For: 30 * time.Minute, Message: Expire{},
		})

		require.NoError(t, s.Advance(29*time.Minute))
		require.NoError(t, s.Send(Visit{"/shop"})) // which begins the half hour anew
		audit.Expect(Entry{Page: "/shop"})
		require.NoError(t, s.Advance(29*time.Minute))
		require.ErrorIs(t, s.Advance(time.Minute), actor.ErrStop)
	})
}

func TestSessionLogsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		users := actortest.NewProbe[Lookup](t, "users")
		audit := actortest.NewProbe[Entry](t, "audit")
		s := actortest.NewSolo(t, session(users.Ref, audit.Ref))

		require.NoError(t, s.Send(Login{"ann"}))
		users.Next().Reply.Send("Ann") // by hand
		require.NoError(t, s.Send(Visit{"/"}))
		audit.Expect(Entry{"Ann", "/"})

		users.Answer(func(msg Lookup) bool { // always
			msg.Reply.Fail(errors.New("no such user"))
			return true
		})
		require.ErrorContains(t, s.Send(Login{"eve"}), "no such user")
	})
}

func TestSessionLogsInNotInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		users := actortest.NewProbe[Lookup](t, "users") // which does not answer
		s := actortest.NewSolo(t, session(users.Ref, actor.Ref[Entry]{}))
		require.NoError(t, s.Send(Login{"ann"}))
		require.ErrorIs(t, s.Advance(time.Second), context.DeadlineExceeded)
	})
}

func TestSessionIsRestarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		audit := actortest.NewProbe[Entry](t, "audit")
		audit.Within = time.Hour
		spec := actortest.Inject(session(actor.Ref[Lookup]{}, audit.Ref), actortest.Faults[Msg]{Messages: []int{2}})
		s := actor.New(spec)
		sys := actortest.NewSystem(t, system.Config{Root: supervision.Spec{
			Children: []supervision.Child{{
				Process: s,
				Restart: supervision.Transient,
				Backoff: &supervision.Backoff{Base: time.Minute},
			}},
		}})

		for _, page := range []string{"/a", "/b", "/c"} {
			require.NoError(t, s.Send(t.Context(), Visit{page}))
		}
		audit.Expect(Entry{Page: "/a"})
		audit.ExpectNone(59 * time.Second)
		sys.Events.Within = time.Hour
		sys.Events.ExpectRestart("session", actortest.ErrInjected)
		audit.Expect(Entry{Page: "/c"}) // "/b" was lost in the crash

		audit.ExpectNone(29 * time.Minute)
		audit.ExpectDown(s) // for want of visits, which is no failure
	})
}

func TestSessionGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spec := actortest.Inject(session(actor.Ref[Lookup]{}, actor.Ref[Entry]{}), actortest.Faults[Msg]{Rate: 1})
		s := actor.New(spec)
		sys := actortest.NewSystem(t, system.Config{Root: supervision.Spec{
			Children: []supervision.Child{{Process: s}},
			Limit:    supervision.AtMost(2, time.Minute),
		}})
		sys.ExpectDeadLetters(0) // a message at which the actor fails is none

		for range 3 {
			require.NoError(t, s.Send(t.Context(), Visit{"/"}))
		}
		sys.Events.Expect(
			actortest.Event{Kind: monitoring.ChildRestarted, Child: "session", Restarts: 1},
			actortest.Event{Kind: monitoring.ChildRestarted, Child: "session", Restarts: 2},
			actortest.Event{Kind: monitoring.RestartLimitExceeded, Child: "session", Err: actortest.ErrInjected},
		)
		<-sys.Done()
		var limit *supervision.IntensityError
		require.ErrorAs(t, sys.Err(), &limit)
	})
}
