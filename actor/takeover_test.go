package actor

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// hung is an actor that hangs in its hooks, or in Health.
type hung struct {
	plain
	hang do
}

func (h hung) Stopped(ctx context.Context, _ Exit) error { return h.hang(ctx) }

type hungBefore struct {
	plain
	hang do
}

func (h hungBefore) PreRestart(ctx context.Context, _ Exit) error { return h.hang(ctx) }

// A hitch is a way to have user code of an actor's first incarnation hang.
type hitch struct {
	// made is what New does in the first incarnation; nil: it makes a plain
	// actor.
	made func(self *Self[do], hang do) (Actor[do], error)
	// judge is what the parent says; nil: Ends.
	judge func(hang do) Prospect
	// comes leads to it. What it leaves to be done is stopped afterwards.
	comes func(t *testing.T, p *Process[do], self *Self[do], hang do)
}

func hangsAtTheEnd(_ *Self[do], hang do) (Actor[do], error) { return hung{hang: hang}, nil }

func sends(msg do) func(*testing.T, *Process[do], *Self[do], do) {
	return func(t *testing.T, p *Process[do], _ *Self[do], _ do) {
		t.Helper()
		require.NoError(t, p.TrySend(msg))
	}
}

var hitches = map[string]hitch{
	"a message": {comes: func(t *testing.T, p *Process[do], _ *Self[do], hang do) {
		require.NoError(t, p.TrySend(hang))
	}},
	"a question": {comes: func(t *testing.T, p *Process[do], _ *Self[do], hang do) {
		go func() {
			_, err := question(t.Context(), p, func(ctx context.Context, _ Reply[int]) error { return hang(ctx) })
			assert.Error(t, err)
		}()
	}},
	"an adapter": {comes: func(t *testing.T, _ *Process[do], self *Self[do], hang do) {
		require.NoError(t, Adapt(self, func(int) do { _ = hang(t.Context()); return fails }).TrySend(1))
	}},
	"a timer's message": {comes: func(_ *testing.T, _ *Process[do], self *Self[do], hang do) { self.After(0, hang) }},
	"a child's event": {comes: func(t *testing.T, _ *Process[do], self *Self[do], hang do) {
		require.NoError(t, self.Start(doer("c"), func(Event) do { return hang }))
	}},
	"a child's end": {comes: func(t *testing.T, _ *Process[do], self *Self[do], hang do) {
		c := doer("c")
		require.NoError(t, self.Start(c, func(e Event) do {
			if e.Kind == ChildEnded {
				return hang
			}
			return nothing
		}))
		require.NoError(t, c.TrySend(fails))
	}},
	"New": {
		made:  func(_ *Self[do], hang do) (Actor[do], error) { return plain{}, hang(context.Background()) },
		comes: func(*testing.T, *Process[do], *Self[do], do) {},
	},
	"a trap": {
		made: func(self *Self[do], hang do) (Actor[do], error) {
			self.TrapStop(func(Stopping) do { return hang })
			return plain{}, nil
		},
		comes: func(*testing.T, *Process[do], *Self[do], do) {},
	},
	"the hook of a stop": {made: hangsAtTheEnd, comes: func(*testing.T, *Process[do], *Self[do], do) {}},
	"the hook of a drain": {made: hangsAtTheEnd, comes: func(_ *testing.T, p *Process[do], _ *Self[do], _ do) {
		p.Drain(time.Minute)
	}},
	"the hook after a failure": {made: hangsAtTheEnd, comes: sends(fails)},
	"the hook after a panic":   {made: hangsAtTheEnd, comes: sends(func(context.Context) error { panic("first") })},
	"the hook after a goexit":  {made: hangsAtTheEnd, comes: sends(func(context.Context) error { runtime.Goexit(); return nil })},
	"the hook after a timer's message": {made: hangsAtTheEnd, comes: func(_ *testing.T, _ *Process[do], self *Self[do], _ do) {
		self.After(0, fails)
	}},
	"the hook after a link": {made: hangsAtTheEnd, comes: func(t *testing.T, _ *Process[do], self *Self[do], _ do) {
		require.NoError(t, self.Link(Ref[do]{}))
	}},
	"the hook after a child": {made: hangsAtTheEnd, comes: func(t *testing.T, _ *Process[do], self *Self[do], _ do) {
		// The end waits for it.
		require.NoError(t, self.Start(doer("c", withHook(func(context.Context, Exit) error {
			time.Sleep(time.Millisecond)
			return nil
		})), func(Event) do { return nothing }))
	}},
	"the hook of a start that failed": {
		made: func(self *Self[do], hang do) (Actor[do], error) {
			ready := self.DeferStart()
			go ready(errBoom)
			return hung{hang: hang}, nil
		},
		comes: func(*testing.T, *Process[do], *Self[do], do) {},
	},
	"the hook for a restart": {
		made:  func(_ *Self[do], hang do) (Actor[do], error) { return hungBefore{hang: hang}, nil },
		judge: func(do) Prospect { return Restarts },
		comes: sends(fails),
	},
	"the parent's judgement": {
		judge: func(hang do) Prospect { _ = hang(context.Background()); return Restarts },
		comes: sends(fails),
	},
}

// Whoever was abandoned may come back in any way: the run is another
// goroutine's by then, and stays that one's alone.
func TestG1ARunThatWasTakenOverIsNotGoneOnWith(t *testing.T) {
	for name, h := range hitches {
		for how, last := range map[string]func(){
			"returns": func() {}, "panics": func() { panic("late") }, "exits": runtime.Goexit,
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				bubble(t, func(t *testing.T, ctx context.Context) { takeOver(t, ctx, h, last) })
			})
		}
	}
}

//nolint:revive // t comes first in tests
func takeOver(t *testing.T, ctx context.Context, way hitch, last func()) {
	t.Helper()
	rt := NewRuntime(monitoring.NewIDs(), nil)
	rt.Employ()
	entered, release := make(chan struct{}), make(chan struct{})
	hang := func(context.Context) error { //nolint:unparam // that is what a do is
		close(entered)
		<-release
		last()
		return nil
	}
	var self *Self[do]
	p := doer("p", withNew(func(_ context.Context, s *Self[do]) (Actor[do], error) {
		first := self == nil
		self = s
		if first && way.made != nil {
			return way.made(s, hang)
		}
		return plain{}, nil
	}))
	judge := func(Exit) Prospect {
		if way.judge != nil && self.Incarnation() == 1 {
			return way.judge(hang)
		}
		return Ends
	}
	o := &overseer{newHost(), judge, make(chan Exit, 16), make(chan continued, 16)}
	p.Start(rt.Context(ctx), o)
	synctest.Wait()
	way.comes(t, p, self, hang)
	synctest.Wait()
	p.Stop(time.Second)
	<-entered
	pass(2 * time.Second)
	ends := len(o.ended)
	if ends == 0 {
		require.Error(t, <-o.started)
	} else {
		require.NoError(t, <-o.started)
		assert.Equal(t, Abandoned, (<-o.ended).Kind)
	}

	p.Start(rt.Context(ctx), o)
	require.NoError(t, <-o.started)
	var log probe
	goOn := block(t, p)
	close(release)
	synctest.Wait()
	require.NoError(t, p.TrySend(log.adds("next")))
	self.After(0, log.adds("tick"))
	synctest.Wait()
	assert.Empty(t, log.take(), "a message is in hand")
	goOn()
	synctest.Wait()
	assert.Equal(t, []string{"tick", "next"}, log.take())
	assert.Equal(t, Shutdown, end(p, o.host).Kind)
	assert.Empty(t, o.started)
	timed, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	require.NoError(t, rt.Dismiss(timed), "every run is counted once")
	requireHands(t, rt, 0, 0)
	assert.Empty(t, rt.crew.hands)
}
