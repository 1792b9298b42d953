package actor

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// errand is an assignment that notes what becomes of it.
type errand struct {
	probe
	by time.Time
}

func (e *errand) Taken()           { e.add("taken") }
func (e *errand) Handled()         { e.add("handled") }
func (e *errand) Fail(cause error) { e.add(cause.Error()) }
func (e *errand) Deadline() (time.Time, bool) {
	return e.by, !e.by.IsZero()
}

func TestL17AnAssignmentEndsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		msg  do
		want string
	}{
		"handled": {nothing, "handled"},
		"error":   {fails, "boom"},
		"panic":   {func(context.Context) error { panic("ouch") }, "panic: ouch"},
		"goexit":  {func(context.Context) error { runtime.Goexit(); return nil }, ErrGoexit.Error()},
		"stop":    {func(context.Context) error { return ErrStop }, ErrNoReply.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				e := new(errand)
				p := doer("p")
				h := start(t, p)
				require.NoError(t, p.DeliverAsk(ctx, c.msg, e))
				synctest.Wait()
				assert.Equal(t, []string{"taken", c.want}, e.take())
				end(p, h)
				assert.Empty(t, e.take())
				i := p.Info()
				assert.EqualValues(t, 1, i.Handled)
				assert.Zero(t, i.DeadLettered)
			})
		})
	}
}

func TestL17AnAssignmentThatIsNotTakenIsGivenBack(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withCapacity(2))
		first, second := new(errand), new(errand)
		require.NoError(t, p.DeliverAsk(ctx, nothing, first))
		require.NoError(t, p.DeliverAsk(ctx, nothing, second))
		require.ErrorIs(t, p.DeliverAsk(ctx, nothing, new(errand)), ErrMailboxFull, "it does not wait for room")
		p.Retire(errBoom)
		<-p.Done()
		assert.Equal(t, []string{"actor: stopped: boom"}, first.take())
		assert.Equal(t, []string{"actor: stopped: boom"}, second.take())
		i := p.Info()
		assert.Zero(t, i.Handled+i.DeadLettered)
		assert.EqualValues(t, 3, i.Rejected)
		require.ErrorIs(t, p.DeliverAsk(ctx, nothing, new(errand)), ErrStopped)
	})
}

func TestL17AnAbandonedAssignmentFails(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e, free := new(errand), make(chan struct{})
		p := doer("p")
		h := start(t, p)
		require.NoError(t, p.DeliverAsk(ctx, func(context.Context) error { <-free; return nil }, e))
		synctest.Wait()
		p.Stop(time.Second)
		require.Equal(t, Abandoned, (<-h.ended).Kind)
		close(free) // too late
		synctest.Wait()
		got := e.take()
		require.Len(t, got, 2)
		assert.Contains(t, got[1], "abandoned")
		p.Retire(nil)
		<-p.Done()
	})
}

func TestL17AnAssignmentHasADeadline(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := &errand{by: time.Now().Add(time.Minute)}
		p := doer("p")
		h := start(t, p)
		require.NoError(t, p.DeliverAsk(ctx, func(ctx context.Context) error {
			by, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, e.by, by)
			return nil
		}, e))
		synctest.Wait()
		assert.Equal(t, []string{"taken", "handled"}, e.take())
		end(p, h)
	})
}

func TestL17AnAssignmentThatIsPutAsideIsNotHandledYet(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var self *Self[do]
		p := doer("p", withSelf(&self))
		h := start(t, p)
		e := new(errand)
		stash := NewStash(self, 1)
		held := false
		require.NoError(t, p.DeliverAsk(ctx, func(context.Context) error {
			if !held {
				held = true
				return stash.Hold()
			}
			return nil
		}, e))
		synctest.Wait()
		assert.Equal(t, []string{"taken"}, e.take())
		stash.Release()
		synctest.Wait()
		assert.Equal(t, []string{"taken", "handled"}, e.take())
		end(p, h)
	})
}

func TestL17WhoResumesTakesAssignmentsAgain(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := oversee(t, p, always(Resumes))
		state := make(chan string, 1)
		require.NoError(t, p.DeliverAsk(ctx, fails, assignment(func(error) { state <- p.State() })))
		assert.Equal(t, "receiving", <-state)
		end(p, h.host)
	})
}

// assignment is one that only its failure matters of.
type assignment func(error)

func (assignment) Taken()                            {}
func (assignment) Handled()                          {}
func (f assignment) Fail(cause error)                { f(cause) }
func (assignment) Deadline() (by time.Time, ok bool) { return by, false }

func TestBacklogIsWhatWaitsAndWhatIsInHand(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		assert.Zero(t, p.Backlog())
		free := make(chan struct{})
		require.NoError(t, p.Send(ctx, func(context.Context) error { <-free; return nil }))
		require.NoError(t, p.Send(ctx, nothing))
		assert.Equal(t, 2, p.Backlog())
		h := start(t, p)
		synctest.Wait()
		assert.Equal(t, 2, p.Backlog())
		assert.Equal(t, "receiving", p.State())
		close(free)
		synctest.Wait()
		assert.Zero(t, p.Backlog())
		end(p, h)
		assert.Zero(t, p.Backlog())
		assert.Equal(t, "stopped", p.State())
	})
}

func TestL12DeadLetterOfWhatWasNeverInTheMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var got []DeadLetter[do]
		p := doer("p", func(s *Spec[do]) { s.DeadLetters = func(l DeadLetter[do]) { got = append(got, l) } })
		p.DeadLetter(ctx, nothing, ReasonFailed, errBoom)
		require.Len(t, got, 1)
		assert.Equal(t, ReasonFailed, got[0].Reason)
		assert.Equal(t, errBoom, got[0].Err)
		assert.EqualValues(t, 1, p.Info().DeadLettered)
	})
}

func TestG1WhoIsAbandonedIsKnownByTheContext(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		assert.False(t, IsAbandoned(ctx))
		free, seen := make(chan struct{}), make(chan bool, 2)
		p := doer("p")
		h := start(t, p)
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			seen <- IsAbandoned(ctx)
			<-free
			seen <- IsAbandoned(context.WithoutCancel(ctx))
			return nil
		}))
		synctest.Wait()
		p.Stop(time.Second)
		<-h.ended
		close(free)
		assert.False(t, <-seen)
		assert.True(t, <-seen)
		p.Retire(nil)
		<-p.Done()
	})
}
