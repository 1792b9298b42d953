package system_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
)

// inPlace is group J: what an address keeps over a restart, and backoff (L1, L2,
// L3, L4, L8, R11, R17).
func inPlace() []scenario {
	return []scenario{
		parts("IP-01",
			crashing("stop", losesWhatWaitsWhenStopped),
			crashing("restart", keepsWhatWaitsWhenRestarted),
			crashing("resume", keepsAllWhenResumed)),
		crashing("IP-02", decidesByRules),
		parts("IP-03",
			crashing("stop", stopsChildrenBeforeTheRestart),
			crashing("keep", keepsChildrenOverTheRestart)),
		crashing("IP-06", dropsWhatFindsTheMailboxFull),
		parts("IP-08",
			crashing("starts", backsOff),
			crashing("crashes", backsOffFromCrashes),
			crashing("jitter", backsOffAtRandom)),
		parts("IP-09",
			crashing("default", func(s *stage, c crash) { resetsTheBackoff(s, c, 0, 5500*time.Millisecond) }),
			crashing("explicit", func(s *stage, c crash) { resetsTheBackoff(s, c, 3*time.Second, 3*time.Second) })),
		parts("IP-13",
			live("adapter", blamesTheReceiverForItsAdapter),
			live("answer", blamesTheAskerForItsMapper)),
	}
}

// queued has a probe with state 1 take an order that crashes it, with a question
// waiting behind, and returns the answer.
func (s *stage) queued(p *probe, bad order) (int, error) {
	s.Helper()
	s.tell(p, increment)
	require.NoError(s, p.Send(s.ctx, busy(time.Second)))
	require.NoError(s, p.Send(s.ctx, bad))
	return actor.Ask(s.ctx, p.Ref, get)
}

// bad is an order that logs that it is handled, and crashes.
func bad(c crash) order {
	return order{"bad", func(ctx context.Context, me *life) error {
		me.stage.log.addf("bad(%s)", me.Name())
		return c.order.do(ctx, me)
	}}
}

// An actor that ends for good has its stop hook run, then what waits fails.
func losesWhatWaitsWhenStopped(s *stage, c crash) {
	a := s.probe("a", temporary)
	s.start(supervision.Spec{}, a)
	done := a.Done()
	_, err := s.queued(a, bad(c))
	assert.ErrorIs(s, err, actor.ErrStopped)
	assert.ErrorIs(s, err, errBoom)
	<-done
	assert.ErrorIs(s, a.Err(), errBoom)
	s.sawf("start(a) bad(a) stop(a, %v) dead(a, get)", c.kind)
	s.gone(a)
	assert.EqualValues(s, 1, a.Info().DeadLettered)
	letters := s.sys.DeadLetters()
	require.Len(s, letters.Recent, 1)
	assert.Equal(s, "/s/a", letters.Recent[0].To)
	assert.Equal(s, actor.ReasonStopped, letters.Recent[0].Reason)
}

// One that is restarted keeps its address and what waits; the order that crashed
// it is not tried again. By L5 the old state has its hook for restarts called, and
// then its stop hook.
func keepsWhatWaitsWhenRestarted(s *stage, c crash) {
	a := s.probe("a", hooked)
	s.start(supervision.Spec{}, a)
	ref := a.Ref
	n, err := s.queued(a, bad(c))
	require.NoError(s, err)
	assert.Zero(s, n)
	assert.Equal(s, ref, a.Ref)
	s.sawf("start(a) bad(a) restart(a, %v) stop(a, %[1]v) start(a)", c.kind)
	s.incarnation(2, a)
	assert.Zero(s, s.sys.DeadLetters().Total())
	info := a.Info()
	assert.EqualValues(s, 4, info.Handled)
	assert.Zero(s, info.DeadLettered+info.Rejected+uint64(info.Depth))
}

// One that is resumed goes on as it was: no hook, no new state, no restart.
func keepsAllWhenResumed(s *stage, c crash) {
	a := s.probe("a", hooked, decidedBy(supervision.When(errBoom).Resume()))
	s.start(supervision.Spec{Limit: supervision.AtMost(0, time.Hour)}, a)
	ref := a.Ref
	n, err := s.queued(a, bad(c))
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	assert.Equal(s, ref, a.Ref)
	s.sawf("start(a) bad(a)")
	s.incarnation(1, a)
	assert.Zero(s, s.sys.DeadLetters().Total())
	info := a.Info()
	assert.EqualValues(s, 4, info.Handled)
	assert.Zero(s, info.DeadLettered+info.Rejected+uint64(info.Depth))
	known, err := supervision.Lookup(s.ctx, s.root(), "a")
	require.NoError(s, err)
	assert.Equal(s, supervision.StateRunning, known.State)
	assert.ErrorIs(s, known.LastError, errBoom)
	assert.Zero(s, known.Restarts)

	// As often as it takes; and whoever asked is told.
	for range 10 {
		_, err = actor.Ask(s.ctx, a.Ref, func(actor.Reply[int]) order { return bad(c) })
		assert.ErrorIs(s, err, errBoom)
	}
	assert.Equal(s, 1, s.state(a))
	s.incarnation(1, a)
	s.sawf("%s", strings.TrimSuffix(strings.Repeat("bad(a) ", 10), " "))
}

// The first rule that matches decides, also about what wraps the error that it
// names, and whatever the restart type says. If none does, that decides.
func decidesByRules(s *stage, c crash) {
	var (
		base   = errors.New("base")
		sub    = fmt.Errorf("special case of %w", base)
		second = fmt.Errorf("second case of %w", base)
		third  = fmt.Errorf("third case of %w", base)
	)
	rules := decidedBy(
		supervision.When(sub).Stop(),
		supervision.When(second).Resume(),
		supervision.When(third).Restart(),
		supervision.When(base).Restart(),
	)
	stopped := fmt.Sprintf("start(a) stop(a, %v)", c.kind)
	resumed, restarted := "start(a)", stopped+" start(a)"
	d := dynamic("d", supervision.Spec{Limit: supervision.AtMost(1000, time.Hour)})
	s.start(supervision.Spec{}, d)
	for _, ex := range []struct {
		err     error
		restart option
		then    string
	}{
		{sub, permanently, stopped},
		{second, temporary, resumed},
		{third, temporary, restarted},
		{base, temporary, restarted},
		{errBoom, permanently, restarted},
		{errBoom, transient, restarted},
		{errBoom, temporary, stopped},
	} {
		for _, err := range []error{ex.err, fmt.Errorf("on page 7: %w", ex.err)} {
			a := s.probe("a", rules, ex.restart)
			s.add(d.Ref, a)
			s.tell(a, increment, c.with(err))
			s.sawf("%s", ex.then)
			switch ex.then {
			case stopped:
				s.gone(a)
			case resumed:
				assert.Equal(s, 1, s.state(a))
			case restarted:
				assert.Zero(s, s.state(a))
			}
			require.NoError(s, supervision.TerminateRef(s.ctx, d.Ref, a.Ref))
			s.log.take(false)
		}
	}
}

func permanently(p *probe) { p.child.Restart = supervision.Permanent }

// Children are stopped, and waited for, before the parent's new state is made.
// What arrives meanwhile waits for that.
func stopsChildrenBeforeTheRestart(s *stage, c crash) {
	one, two := s.probe("k1", stopsIn(time.Second)), s.probe("k2", stopsIn(time.Second))
	p := s.probe("p", parentOf(one, two))
	s.start(supervision.Spec{}, p)
	s.sawf("start(p) start(k1) start(k2)")
	s.mark()
	s.tell(p, increment, c.order)
	for _, m := range []string{"1", "2", "3"} {
		time.Sleep(ms(500))
		require.NoError(s, p.Send(s.ctx, say(m)))
	}
	time.Sleep(time.Second)
	s.sawAtf("stop(k2, shutdown)@1s stop(k1, shutdown)@2s stop(p, %v)@2s start(p)@2s start(k1)@2s start(k2)@2.001s "+
		"msg(p, 1)@2.002s msg(p, 2)@2.002s msg(p, 3)@2.002s", c.kind)
	assert.Zero(s, s.state(p))
	s.incarnation(2, p, one, two)
}

// With the option to keep them they are left alone, and are those of the new
// state, which begins at once.
func keepsChildrenOverTheRestart(s *stage, c crash) {
	one, two := s.probe("k1", stopsIn(time.Second)), s.probe("k2", stopsIn(time.Second))
	p := s.probe("p", hooked, func(p *probe) { p.child.KeepChildren = true })
	s.start(supervision.Spec{}, p)
	s.tell(p, startKid(one))
	s.tell(p, startKid(two))
	s.tell(one, increment)
	s.sawf("start(p) start(k1) start(k2)")
	s.mark()
	for _, o := range []order{busy(time.Second), increment, c.order, say("1"), say("2")} {
		require.NoError(s, p.Send(s.ctx, o))
	}
	time.Sleep(500 * time.Millisecond)
	require.NoError(s, p.Send(s.ctx, say("3")))
	time.Sleep(time.Hour)
	s.sawAtf("restart(p, %v)@1s stop(p, %[1]v)@1s start(p)@1s msg(p, 1)@1s msg(p, 2)@1s msg(p, 3)@1s", c.kind)
	assert.Zero(s, s.state(p))
	assert.Equal(s, 1, s.state(one))
	s.incarnation(2, p)
	s.incarnation(1, one, two)
	known, err := supervision.Lookup(s.ctx, s.root(), "p")
	require.NoError(s, err)
	assert.Equal(s, 1, known.Restarts)

	// The new state is their parent: it is told of their ends, and outlives them.
	s.tell(two, c.order)
	time.Sleep(time.Second)
	s.sawf("stop(k2, %v) ended(k2, %[1]v)", c.kind)
	require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "p"))
	s.sawf("stop(k1, shutdown) stop(p, shutdown)")
	s.gone(one, two, p)
}

// While an actor waits for its restart its mailbox is as bounded as ever.
func dropsWhatFindsTheMailboxFull(s *stage, c crash) {
	a := s.probe("a", holds(2, mailbox.DropNewest), backoff(supervision.Backoff{Base: time.Second}))
	s.start(supervision.Spec{}, a)
	s.mark()
	s.tell(a, c.order)
	require.NoError(s, a.Send(s.ctx, say("1")))
	require.NoError(s, a.Send(s.ctx, say("2")))
	assert.ErrorIs(s, a.Send(s.ctx, say("3")), actor.ErrDropped)
	assert.ErrorIs(s, a.Send(s.ctx, say("4")), actor.ErrDropped)
	letters := s.sys.DeadLetters()
	assert.Equal(s, map[actor.DropReason]uint64{actor.ReasonOverflow: 2}, letters.Counts)
	for _, l := range letters.Recent {
		assert.Equal(s, actor.LetterRecord{
			To: "/s/a", Type: "life", Message: "order", Reason: actor.ReasonOverflow, At: l.At,
		}, l)
	}
	time.Sleep(time.Second)
	s.sawAtf("start(a)@0s stop(a, %v)@0s dead(a, 3)@0s dead(a, 4)@0s start(a)@1s msg(a, 1)@1s msg(a, 2)@1s", c.kind)
}

var oneToTen = supervision.Backoff{Base: time.Second, Max: 10 * time.Second}

// The delay doubles from base to max. The supervisor has time for others.
func backsOff(s *stage, c crash) {
	a, b := s.probe("a", backoff(oneToTen)), s.probe("b")
	s.start(supervision.Spec{Limit: supervision.AtMost(100, time.Hour)}, a, b)
	s.sawf("start(a) start(b)")
	a.next(5, c.start)
	s.mark()
	s.tell(a, c.order)
	for range 34 {
		synctest.Wait()
		s.took(0, func() {
			s.listed(s.root(), "a restarting, b running")
			assert.Zero(s, s.state(b))
		})
		time.Sleep(time.Second)
	}
	time.Sleep(time.Second)
	s.sawAtf("stop(a, %v)@0s fail(a)@1s fail(a)@3s fail(a)@7s fail(a)@15s fail(a)@25s start(a)@35s", c.kind)
	s.listed(s.root(), "a running, b running")
	s.incarnation(1, b)
}

// So it is when the child starts well each time, and crashes at once.
func backsOffFromCrashes(s *stage, c crash) {
	a := s.probe("a", backoff(oneToTen))
	s.start(supervision.Spec{Limit: supervision.AtMost(100, time.Hour)}, a)
	s.sawf("start(a)")
	for _, delay := range []int{1, 2, 4, 8, 10, 10} {
		s.mark()
		s.tell(a, c.order)
		time.Sleep(ms(1000 * delay))
		s.sawAtf("stop(a, %v)@0s start(a)@%ds", c.kind, delay)
	}
}

// Jitter never leads out of the range from base to max, and spreads around the
// delay without it.
func backsOffAtRandom(s *stage, c crash) {
	b := oneToTen
	b.Jitter = 0.2
	a := s.probe("a", backoff(b))
	s.start(supervision.Spec{Limit: supervision.AtMost(100, time.Hour)}, a)
	const starts = 60
	a.next(starts, c.start)
	s.mark()
	s.tell(a, c.order)
	time.Sleep(starts * 11 * time.Second)
	synctest.Wait()
	var at []time.Time
	for _, e := range s.log.fresh {
		if !strings.HasPrefix(e.text, "stop") {
			at = append(at, e.at)
		}
	}
	s.log.take(false)
	require.Len(s, at, 1+starts+1)
	different := make(map[time.Duration]bool)
	for n, from := range at[:len(at)-1] {
		delay := at[n+1].Sub(from)
		plain := b.Delay(n)
		assert.GreaterOrEqual(s, delay, max(plain-plain/10, b.Base), n)
		assert.LessOrEqual(s, delay, min(plain+plain/10, b.Max), n)
		different[delay] = true
	}
	assert.Greater(s, len(different), starts/2)
}

// A child that has run stably since its restart begins with base again. Its
// start is no part of that.
func resetsTheBackoff(s *stage, c crash, resetAfter, stable time.Duration) {
	b := oneToTen
	b.ResetAfter = resetAfter
	a := s.probe("a", backoff(b))
	s.start(supervision.Spec{Limit: supervision.AtMost(100, time.Hour)}, a)
	a.startsIn = 20 * time.Second
	s.sawf("start(a)")
	crashed := func(after, delay time.Duration) {
		s.Helper()
		time.Sleep(after)
		s.mark()
		s.tell(a, c.order)
		time.Sleep(delay + 20*time.Second)
		s.sawAtf("stop(a, %v)@0s start(a)@%v", c.kind, delay)
	}
	crashed(0, time.Second)
	crashed(stable-1, 2*time.Second)
	crashed(stable-1, 4*time.Second)
	crashed(stable, time.Second)
	crashed(stable-1, 2*time.Second)
	crashed(time.Hour, time.Second)
}

// A message adapter that panics is a failure of the actor that it adapts for,
// whose supervisor decides; the sender has done nothing wrong.
func blamesTheReceiverForItsAdapter(s *stage) {
	a, sender := s.probe("a"), s.probe("sender")
	s.start(supervision.Spec{}, a, sender)
	var ref actor.Ref[int]
	adapt := order{"adapt", func(_ context.Context, me *life) error {
		ref = actor.Adapt(me.self, func(n int) order {
			if n < 0 {
				panic(errBoom)
			}
			return say(strconv.Itoa(n))
		})
		return nil
	}}
	s.tell(a, adapt)
	s.tell(sender, call(func(ctx context.Context) {
		for _, n := range []int{1, -1, 2} {
			assert.NoError(s, ref.Send(ctx, n))
		}
	}))
	s.sawf("start(a) start(sender) msg(a, 1) stop(a, panic) start(a) msg(a, 2)")
	s.incarnation(2, a)
	s.incarnation(1, sender)
}

// So is the function that makes a message of an answer.
func blamesTheAskerForItsMapper(s *stage) {
	a, b := s.probe("a"), s.probe("b")
	s.start(supervision.Spec{}, a, b)
	s.tell(a, order{"ask", func(ctx context.Context, me *life) error {
		actor.AskAsync(ctx, me.self, b.Ref, get, func(int, error) order { panic(errBoom) })
		return nil
	}})
	s.sawf("start(a) start(b) stop(a, panic) start(a)")
	s.incarnation(1, b)
}
