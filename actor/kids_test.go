package actor

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// puppet is a child that does nothing by itself: the test tells its parent.
type puppet struct {
	name  string
	host  Host
	start func(Host) // may be nil
	stops []time.Duration
}

func (c *puppet) Name() string { return c.name }

func (c *puppet) Start(_ context.Context, h Host) {
	c.host = h
	if c.start != nil {
		c.start(h)
	}
}

func (c *puppet) Stop(within time.Duration) { c.stops = append(c.stops, within) }

// What belongs to an earlier start of a child says nothing about the present
// one.
func TestStaleWordsOfAChildAreIgnored(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p, c := newParent(t), &puppet{name: "c"}
		p.on = func(e Event) error {
			if e.Kind == ChildEnded {
				return p.self.Start(e.Child, p.adapt)
			}
			return nil
		}
		p.start(t, c)
		first := c.host
		first.Started(nil)
		first.Ended(Exit{Kind: Failure, Err: errBoom})
		synctest.Wait()
		assert.Equal(t, []string{"c#0 started <nil>", "c#0 ended boom"}, p.log.take())
		first.Ended(Exit{Kind: Failure, Err: errBoom})
		first.Started(nil)
		first.Started(errBoom)
		synctest.Wait()
		assert.Empty(t, p.log.take())
		require.ErrorIs(t, p.self.Start(c, p.adapt), ErrAlreadyStarted, "it has been started again")
		c.host.Started(nil)
		synctest.Wait()
		assert.Equal(t, []string{"c#0 started <nil>"}, p.log.take())
		p.on = nil
		c.host.Ended(Exit{})
		synctest.Wait()
		assert.Equal(t, []string{"c#0 ended <nil>"}, p.log.take())
		end(p.Process, p.h)
	})
}

// What the parent says of a child beforehand holds when that has ended.
func TestKeepMayBeSaidBeforeTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, a, b, c := newParent(t), doer("a"), doer("b"), doer("c")
		for _, child := range []*Process[do]{a, b, c} {
			p.start(t, child)
		}
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			p.self.Keep(a)
			p.self.Keep(b)
			return nil
		}))
		synctest.Wait()
		for _, child := range []*Process[do]{a, b, c} {
			require.NoError(t, child.Send(ctx, fails))
		}
		synctest.Wait()
		assert.Equal(t, []bool{false, false, true}, []bool{isDone(a), isDone(b), isDone(c)})
		p.start(t, a)
		require.NoError(t, a.Send(ctx, fails))
		synctest.Wait()
		assert.True(t, isDone(a), "it held for one end")
		assert.False(t, isDone(b))
		end(p.Process, p.h)
		assert.True(t, isDone(b))
	})
}

// A child whose Start takes longer than its parent lives is asked to stop when
// it is there.
func TestChildThatComesTooLateIsStopped(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		entered, proceed := make(chan struct{}), make(chan struct{})
		p := newParent(t)
		c := &puppet{name: "c", start: func(h Host) {
			close(entered)
			<-proceed
			h.Started(nil)
		}}
		go func() { _ = p.self.Start(c, p.adapt) }()
		<-entered
		p.Stop(4 * time.Second)
		synctest.Wait()
		assert.Equal(t, []time.Duration{3900 * time.Millisecond}, c.stops, "it may have come that far")
		time.Sleep(time.Second)
		close(proceed)
		synctest.Wait()
		assert.Equal(t, []time.Duration{3900 * time.Millisecond, 2900 * time.Millisecond}, c.stops)
		c.host.Ended(Exit{Kind: Shutdown})
		assert.Equal(t, Shutdown, (<-p.h.ended).Kind)
		require.ErrorIs(t, p.self.Start(c, p.adapt), ErrStopped)

		// One that is over by then is left alone.
		again(t, p, p.h)
		entered, proceed, c.stops = make(chan struct{}), make(chan struct{}), nil
		c.start = func(h Host) {
			close(entered)
			<-proceed
			h.Started(errBoom)
			time.Sleep(time.Second)
		}
		go func() { _ = p.self.Start(c, p.adapt) }()
		<-entered
		p.Stop(4 * time.Second)
		synctest.Wait()
		close(proceed)
		assert.Equal(t, Shutdown, (<-p.h.ended).Kind)
		pass(time.Second)
		assert.Len(t, c.stops, 1)
	})
}

// A child that cannot even be started leaves its parent as it was.
func TestParentOfAChildThatPanicsInStart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, other := newParent(t), doer("other")
		p.start(t, other)
		p.log.take()
		entered, proceed := make(chan struct{}), make(chan struct{})
		c := &puppet{name: "c", start: func(Host) {
			close(entered)
			<-proceed
			panic("start")
		}}
		start := func() {
			defer func() { assert.Equal(t, "start", recover()) }()
			_ = p.self.Start(c, p.adapt)
		}
		go start()
		<-entered
		close(proceed)
		synctest.Wait()
		n, err := call(ctx, p.Process, func(context.Context) int { return 7 })
		require.NoError(t, err)
		assert.Equal(t, 7, n)
		assert.Empty(t, p.log.take())
		assert.False(t, isDone(other))
		assert.Empty(t, p.h.ended)

		entered, proceed = make(chan struct{}), make(chan struct{})
		go start()
		<-entered
		require.NoError(t, p.Send(ctx, fails))
		synctest.Wait()
		assert.Empty(t, p.h.ended, "it waits for the child")
		close(proceed)
		assert.Equal(t, Failure, (<-p.h.ended).Kind)
		again(t, p, p.h)
		end(p.Process, p.h)
	})
}

// The time that children get to stop leaves some for those after them, and for
// the parent's hook.
func TestShareOfTheTimeToStop(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		for _, test := range []struct {
			within time.Duration
			n      int
			want   time.Duration
		}{
			{Forever, 1, stopChild},
			{Forever, 9, stopChild},
			{time.Hour, 3, stopChild},
			{4 * time.Second, 1, 3900 * time.Millisecond},
			{4 * time.Second, 2, 1950 * time.Millisecond},
			{4 * time.Second, 7, 1950 * time.Millisecond},
			{200 * time.Millisecond, 1, 150 * time.Millisecond},
			{200 * time.Millisecond, 2, 75 * time.Millisecond},
			{0, 1, 0},
			{0, 2, 0},
		} {
			inc := &incarnation{}
			require.True(t, inc.limit(test.within, time.Now(), false))
			assert.Equal(t, test.want, inc.share(test.n), "%v among %d", test.within, test.n)
		}
	})
}

// Children that do not keep their promise are left behind, but each has been
// asked to stop.
func TestAllThatAreLeftBehindHaveBeenAskedToStop(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p, a, b := newParent(t), &puppet{name: "a"}, &puppet{name: "b"}
		p.start(t, a)
		p.start(t, b)
		p.Stop(4 * time.Second)
		exit := <-p.h.ended
		assert.Equal(t, Abandoned, exit.Kind)
		assert.ErrorIs(t, exit.Err, ErrAbandoned)
		assert.Equal(t, []time.Duration{1950 * time.Millisecond}, b.stops)
		assert.Equal(t, []time.Duration{0}, a.stops)
		again(t, p, p.h)
		for _, late := range []*puppet{a, b} {
			late.host.Ended(Exit{Kind: Failure, Err: errBoom})
		}
		synctest.Wait()
		assert.Empty(t, p.log.take())
		assert.Equal(t, Shutdown, end(p.Process, p.h).Kind)
	})
}

// A parent without a policy has none that could fail.
func TestPlainParentForeseesTheEnd(t *testing.T) {
	assert.Equal(t, Ends, (&kid{}).Foresee(Exit{Kind: Failure}))
}

func TestEventsNameTheChild(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c := newParent(t), doer("c")
		says := Resumes
		require.NoError(t, p.self.Oversee(c, func(Exit) Prospect { return says }, func(e Event) do {
			return p.log.adds(fmt.Sprintf("%v %d: %d %v", e.Child == Child(c), e.Kind, e.Incarnation, e.Exit.Err))
		}))
		synctest.Wait()
		for _, says = range []Prospect{Resumes, Renews, Ends} {
			require.NoError(t, c.Send(ctx, fails))
			synctest.Wait()
		}
		assert.Equal(t, []string{
			fmt.Sprintf("true %d: 1 <nil>", ChildStarted),
			fmt.Sprintf("true %d: 1 boom", ChildResumed),
			fmt.Sprintf("true %d: 2 boom", ChildRenewed),
			fmt.Sprintf("true %d: 0 boom", ChildEnded),
		}, p.log.take())
		end(p.Process, p.h)
	})
}

func TestWhatIsWrongWithAChildIsSaid(t *testing.T) {
	require.EqualError(t, checkChild(nil), `actor: invalid spec of "": Child: is nil`)
	require.EqualError(t, checkChild((*puppet)(nil)), `actor: invalid spec of "": Child: is nil`)
	require.EqualError(t, checkChild(fickle{}), `actor: invalid spec of "fickle": Child: is not comparable: use a pointer`)
	require.NoError(t, checkChild(&puppet{}))
	require.NoError(t, checkChild(disguised{doer("c")}), "what can be compared need be no pointer")
}
