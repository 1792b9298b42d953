package supervision_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// A session is made from an argument, and counts what it is told to.
type (
	session    struct{ sum int }
	sessionMsg interface{ session() }
	sessionAdd int
	sessionSum struct{ reply actor.Reply[int] }
	sessionEnd struct{ err error }
)

func (sessionAdd) session() {}
func (sessionSum) session() {}
func (sessionEnd) session() {}

// Receive implements actor.Actor.
func (s *session) Receive(_ context.Context, msg sessionMsg) error {
	switch msg := msg.(type) {
	case sessionAdd:
		s.sum += int(msg)
	case sessionSum:
		msg.reply.Send(s.sum)
	case sessionEnd:
		return msg.err
	}
	return nil
}

// sessionFrom declares a session that begins with an argument.
func sessionFrom(first int) actor.Spec[sessionMsg] {
	return actor.Spec[sessionMsg]{New: func(context.Context, *actor.Self[sessionMsg]) (actor.Actor[sessionMsg], error) {
		if first < 0 {
			return nil, errLive
		}
		return &session{first}, nil
	}}
}

func sumOf(t *testing.T, s actor.Ref[sessionMsg]) int {
	t.Helper()
	n, err := actor.Ask(t.Context(), s, func(r actor.Reply[int]) sessionMsg { return sessionSum{r} })
	require.NoError(t, err)
	return n
}

// A template starts children that differ in their argument. Each is restarted
// with its own, and with state as fresh as ever.
func TestLiveTemplate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup"}))
		calls := 0
		open := supervision.Template(sup.Ref, "session", func(first int) actor.Spec[sessionMsg] {
			calls++
			return sessionFrom(first)
		})
		a, err := open(t.Context(), 10)
		require.NoError(t, err)
		b, err := open(t.Context(), 20)
		require.NoError(t, err)
		assert.Equal(t, "/sup/session-1", a.Path())
		assert.Equal(t, "/sup/session-2", b.Path())
		assert.NotEqual(t, a, b)
		require.NoError(t, a.Send(t.Context(), sessionAdd(5)))
		require.NoError(t, b.Send(t.Context(), sessionAdd(5)))
		require.NoError(t, a.Send(t.Context(), sessionEnd{errLive}))
		assert.Equal(t, 10, sumOf(t, a), "as it began")
		assert.Equal(t, 25, sumOf(t, b), "untouched")
		assert.Equal(t, 2, calls, "once for each child")
		list, err := supervision.Children(t.Context(), sup.Ref)
		require.NoError(t, err)
		for info := range list {
			assert.Equal(t, "session", info.Type)
		}
		assert.NoError(t, sup.stop().Err)
	})
}

// A spec may name its child itself. A name that is taken is told with who has it.
func TestLiveTemplateNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup"}))
		open := supervision.Template(sup.Ref, "session", func(name string) actor.Spec[sessionMsg] {
			s := sessionFrom(0)
			s.Name, s.Type = name, "Account"
			return s
		})
		a, err := open(t.Context(), "alice")
		require.NoError(t, err)
		assert.Equal(t, "/sup/alice", a.Path())
		second, err := open(t.Context(), "alice")
		require.ErrorIs(t, err, supervision.ErrAlreadyStarted)
		var failed *supervision.ChildError
		require.ErrorAs(t, err, &failed)
		process, ok := a.Process()
		require.True(t, ok)
		assert.Same(t, process, failed.Process)
		assert.Equal(t, a, second, "the one that has the name")
		other := supervision.Template(sup.Ref, "other", func(name string) actor.Spec[int] {
			return actor.Spec[int]{Name: name, New: actor.Make(func() actor.Func[int] { return nil })}
		})
		third, err := other(t.Context(), "alice")
		require.ErrorIs(t, err, supervision.ErrAlreadyStarted)
		assert.ErrorIs(t, third.TrySend(1), actor.ErrStopped, "it takes other messages: nobody's")
		info, err := supervision.Lookup(t.Context(), sup.Ref, "alice")
		require.NoError(t, err)
		assert.Equal(t, "Account", info.Type)
		wrong, err := open(t.Context(), "a/b")
		require.ErrorIs(t, err, supervision.ErrInvalidSpec)
		assert.Error(t, wrong.TrySend(sessionAdd(1)))
		assert.Zero(t, sumOf(t, a))
		assert.NoError(t, sup.stop().Err)
	})
}

// Who waits for a restart has its name all the same, and the message waits with
// it.
func TestLiveTemplateFindsWhoIsRestarting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup", Defaults: supervision.Defaults{
			Backoff: &supervision.Backoff{Base: time.Minute},
		}}))
		open := supervision.Template(sup.Ref, "session", func(name string) actor.Spec[sessionMsg] {
			s := sessionFrom(len(name))
			s.Name = name
			return s
		})
		a, err := open(t.Context(), "alice")
		require.NoError(t, err)
		require.NoError(t, a.Send(t.Context(), sessionEnd{errLive}))
		synctest.Wait()
		again, err := open(t.Context(), "alice")
		require.ErrorIs(t, err, supervision.ErrAlreadyPresent)
		assert.Equal(t, a, again)
		from := time.Now()
		assert.Equal(t, 5, sumOf(t, again))
		assert.Equal(t, time.Minute, time.Since(from))
		assert.NoError(t, sup.stop().Err)
	})
}

// The template's name is its children's type, and the beginning of their names.
func TestLiveTemplateNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup"}))
		open := supervision.Template(sup.Ref, "guest", sessionFrom)
		for n := range 12 {
			a, err := open(t.Context(), n)
			require.NoError(t, err)
			name := fmt.Sprint("guest-", n+1)
			assert.Equal(t, name, a.Name())
			info, err := supervision.Lookup(t.Context(), sup.Ref, name)
			require.NoError(t, err)
			assert.Equal(t, "guest", info.Type)
		}
		assert.NoError(t, sup.stop().Err)
	})
}

// A child too many is refused, and a start that fails is told; neither leaves
// anything behind.
func TestLiveTemplateFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup", MaxChildren: 1}))
		open := supervision.Template(sup.Ref, "session", sessionFrom)
		bad, err := open(t.Context(), -1)
		require.ErrorIs(t, err, errLive)
		require.ErrorIs(t, bad.TrySend(sessionAdd(1)), actor.ErrStopped)
		a, err := open(t.Context(), 1)
		require.NoError(t, err)
		surplus, err := open(t.Context(), 2)
		require.ErrorIs(t, err, supervision.ErrMaxChildren)
		require.ErrorIs(t, err, actor.ErrRetryable)
		require.ErrorIs(t, surplus.TrySend(sessionAdd(1)), actor.ErrStopped)
		assert.Equal(t, "/sup/session-2", a.Path())
		liveListed(t, sup.Ref, "session-2 running")
		require.NoError(t, supervision.TerminateRef(t.Context(), sup.Ref, a))
		_, err = open(t.Context(), 3)
		require.NoError(t, err, "there is room again")
		assert.NoError(t, sup.stop().Err)
		late, err := open(t.Context(), 4)
		require.ErrorIs(t, err, actor.ErrStopped)
		require.ErrorIs(t, late.TrySend(sessionAdd(1)), actor.ErrStopped)
	})
}

// When its caller's context is done the start goes on, and the address that the
// caller got is that of the child.
func TestLiveTemplateContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup"}))
		open := supervision.Template(sup.Ref, "session", func(d time.Duration) actor.Spec[sessionMsg] {
			s := sessionFrom(7)
			made := s.New
			s.New = func(ctx context.Context, self *actor.Self[sessionMsg]) (actor.Actor[sessionMsg], error) {
				time.Sleep(d)
				return made(ctx, self)
			}
			return s
		})
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errLive)
		defer cancel()
		a, err := open(ctx, 2*time.Second)
		require.ErrorIs(t, err, errLive)
		assert.Equal(t, 7, sumOf(t, a))
		liveListed(t, sup.Ref, "session-1 running")
		require.NoError(t, a.Send(t.Context(), sessionEnd{errLive}))
		assert.Equal(t, 7, sumOf(t, a), "over a restart too")

		// A context that is done from the beginning starts nothing.
		never, err := open(ctx, 0)
		require.ErrorIs(t, err, errLive)
		synctest.Wait()
		liveListed(t, sup.Ref, "session-1 running")
		assert.ErrorIs(t, never.TrySend(sessionAdd(1)), actor.ErrStopped)
		assert.NoError(t, sup.stop().Err)
	})
}

// A supervisor keeps nothing of a child that has ended and is not restarted, its
// argument included.
func TestLiveTemplateForgetsTheArgument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{
			Name: "sup", Defaults: supervision.Defaults{Restart: supervision.Temporary},
		}))
		type cargo [1 << 20]byte
		open := supervision.Template(sup.Ref, "session", func(c *cargo) actor.Spec[sessionMsg] {
			return actor.Spec[sessionMsg]{
				New: func(context.Context, *actor.Self[sessionMsg]) (actor.Actor[sessionMsg], error) {
					return &session{int(c[0])}, nil
				},
			}
		})
		begin := func(end error) (weak.Pointer[cargo], actor.Ref[sessionMsg]) {
			c := &cargo{7}
			a, err := open(t.Context(), c)
			require.NoError(t, err)
			require.Equal(t, 7, sumOf(t, a))
			if end != nil {
				require.NoError(t, a.Send(t.Context(), sessionEnd{end}))
			}
			return weak.Make(c), a
		}
		for _, end := range []error{actor.ErrStop, errLive, nil} {
			c, a := begin(end)
			if end == nil {
				require.NoError(t, supervision.TerminateRef(t.Context(), sup.Ref, a))
			}
			synctest.Wait()
			time.Sleep(time.Minute) // a stopped timer is the runtime's until its time comes
			runtime.GC()
			assert.Nil(t, c.Value(), "%v", end)
			liveListed(t, sup.Ref)
		}
		assert.NoError(t, sup.stop().Err)
	})
}

// A child can be terminated by its address, whatever its id, as often as one
// likes; nobody but a child can.
func TestLiveTerminateRef(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		log := newLiveLog()
		a, b, below, other := log.process("a"), log.process("b"), log.process("below"), log.process("a")
		sub := supervision.New(supervision.Spec{Name: "sub", Children: liveChildren(below)})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: []supervision.Child{
			{ID: "first", Process: a}, {ID: "a", Process: b}, {Process: sub},
		}}))
		elsewhere := liveStart(t, supervision.New(supervision.Spec{Name: "elsewhere", Children: liveChildren(other)}))
		log.saw(t, "start(a)@0s", "start(b)@0s", "start(below)@0s", "start(a)@0s")

		require.NoError(t, supervision.TerminateRef(ctx, sup.Ref, a.Ref))
		require.NoError(t, supervision.TerminateRef(ctx, sup.Ref, a.Ref), "twice")
		log.saw(t, "stop(a, shutdown)@0s")
		liveListed(t, sup.Ref, "first stopped", "a running", "sub running")
		require.NoError(t, supervision.DeleteChild(ctx, sup.Ref, "first"))
		require.NoError(t, supervision.TerminateRef(ctx, sup.Ref, a.Ref), "it was a child once")

		for want, err := range map[string]error{
			"below":    supervision.TerminateRef(ctx, sup.Ref, below.Ref),
			"a":        supervision.TerminateRef(ctx, sup.Ref, other.Ref),
			"declared": supervision.TerminateRef(ctx, sup.Ref, log.process("declared").Ref),
			"":         supervision.TerminateRef(ctx, sup.Ref, actor.Ref[liveDo]{}),
			"far":      supervision.TerminateRef(ctx, sup.Ref, actor.NewRef[liveDo](liveFar{b})),
		} {
			require.ErrorIs(t, err, supervision.ErrNotFound, want)
			var failed *supervision.ChildError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, want, failed.ID)
			assert.Equal(t, "/sup", failed.Path)
			assert.Equal(t, "terminate", failed.Op)
		}
		log.saw(t)

		// Who would wait for itself is told at once, at the child and below it.
		began := time.Now()
		for _, of := range []error{
			liveCall(t, b, func(ctx context.Context) error { return supervision.TerminateRef(ctx, sup.Ref, b.Ref) }),
			liveCall(t, below, func(ctx context.Context) error { return supervision.TerminateRef(ctx, sup.Ref, sub.Ref) }),
		} {
			require.ErrorIs(t, of, actor.ErrDeadlock)
		}
		assert.Zero(t, time.Since(began))
		require.NoError(t, liveCall(t, below, func(ctx context.Context) error {
			return supervision.TerminateRef(ctx, sup.Ref, b.Ref)
		}), "a sibling may")
		require.NoError(t, supervision.TerminateRef(ctx, sup.Ref, sub.Ref))
		log.saw(t, "stop(b, shutdown)@0s", "stop(below, shutdown)@0s")
		liveListed(t, sup.Ref, "a stopped", "sub stopped")
		assert.NoError(t, sup.stop().Err)
		require.ErrorIs(t, supervision.TerminateRef(ctx, sup.Ref, b.Ref), actor.ErrStopped)
		assert.NoError(t, elsewhere.stop().Err)
	})
}

// liveFar is an address that stands for an actor somewhere else.
type liveFar struct{ actor.Target[liveDo] }

// Path implements actor.Target.
func (liveFar) Path() string { return "/far" }

// Many callers may use one template at once.
func TestLiveTemplateFromManyGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 100
		sup := liveStart(t, supervision.NewDynamic(supervision.Spec{Name: "sup", MaxChildren: n / 2}))
		open := supervision.Template(sup.Ref, "session", sessionFrom)
		type answer struct {
			of   actor.Ref[sessionMsg]
			want int
			err  error
		}
		answers := make(chan answer, n)
		for i := range n {
			go func() {
				a, err := open(t.Context(), i)
				answers <- answer{a, i, err}
			}()
		}
		names := make(map[string]bool)
		for range n {
			a := <-answers
			if a.err != nil {
				require.ErrorIs(t, a.err, supervision.ErrMaxChildren)
				continue
			}
			assert.Equal(t, a.want, sumOf(t, a.of))
			names[a.of.Name()] = true
		}
		assert.Len(t, names, n/2)
		assert.NoError(t, sup.stop().Err)
	})
}
