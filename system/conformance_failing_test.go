package system_test

import (
	"errors"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// failingRestarts is group E: restarts that fail, and administration meanwhile
// (R7).
func failingRestarts() []scenario {
	return []scenario{
		crashing("RF-01", triesAgain),
		parts("RF-02",
			crashing("at once", answersWhileItTries),
			crashing("with a backoff", administersBetweenAttempts)),
		parts("RF-07",
			crashing("fails to start", countsWhoIsRestarting),
			crashing("waits", countsWhoWaits)),
	}
}

// A failed restart is tried again, but not before what waits in the
// supervisor's mailbox.
func triesAgain(s *stage, c crash) {
	a, b := s.probe("a", startsIn(ms(20))), s.probe("b")
	s.start(supervision.Spec{Limit: supervision.AtMost(2, time.Hour)}, a, b)
	s.sawf("start(a) start(b)")
	s.mark()
	a.next(1, c.start)
	s.tell(a, c.order)
	time.Sleep(ms(10))
	release := s.hold(s.root())
	answer := make(chan supervision.ChildInfo, 1)
	go func() {
		info, err := supervision.Lookup(s.ctx, s.root(), "a")
		assert.NoError(s, err)
		answer <- info
	}()
	time.Sleep(ms(20))
	release()
	info := <-answer
	assert.Equal(s, supervision.StateRestarting, info.State)
	assert.ErrorIs(s, info.LastError, errBoom)
	time.Sleep(ms(20))
	s.sawAtf("stop(a, %v)@0s fail(a)@0s start(a)@30ms", c.kind)
	s.listed(s.root(), "a running, b running")
	s.incarnation(3, a)
	s.incarnation(1, b)
	info, err := supervision.Lookup(s.ctx, s.root(), "a")
	require.NoError(s, err)
	assert.Equal(s, 1, info.Restarts)

	// The failed attempt was the other of the two that are allowed.
	s.tell(b, c.order)
	s.gaveUp("b", supervision.AtMost(2, time.Hour), errBoom)
	s.sawf("stop(b, %v) stop(a, shutdown)", c.kind)
}

// While it keeps trying, the supervisor answers at once. By R7 the child is
// restarting between the attempts; during one it is starting.
func answersWhileItTries(s *stage, c crash) {
	a, b := s.probe("a", startsIn(ms(20))), s.probe("b")
	s.start(supervision.Spec{Limit: supervision.AtMost(1000, time.Hour)}, a, b)
	a.next(40, c.start)
	s.tell(a, c.order)
	for range 110 {
		time.Sleep(ms(7))
		s.took(0, func() {
			info, err := supervision.Lookup(s.ctx, s.root(), "a")
			require.NoError(s, err)
			assert.Contains(s, []supervision.State{supervision.StateRestarting, supervision.StateStarting}, info.State)
			s.counted(s.root(), supervision.Counts{Specs: 2, Active: 1, Workers: 2})
		})
	}
	time.Sleep(ms(60)) // 40 attempts that fail and one that does not take 820 ms
	s.sawf("start(a) start(b) stop(a, %v) %sstart(a)", c.kind, strings.Repeat("fail(a) ", 40))
	s.listed(s.root(), "a running, b running")
	s.incarnation(1+41, a)
	s.incarnation(1, b)
}

// Between two attempts the child is restarting, and only its termination is
// possible.
func administersBetweenAttempts(s *stage, c crash) {
	a, b := s.probe("a", startsIn(ms(20)), backoff(supervision.Backoff{Base: ms(20)})), s.probe("b")
	s.start(supervision.Spec{}, a, b)
	a.next(1000, c.start)
	s.mark()
	s.tell(a, c.order)
	time.Sleep(ms(50)) // the first attempt has failed, the next is at 80 ms
	s.sawAtf("start(a)@-20ms start(b)@0s stop(a, %v)@0s fail(a)@20ms", c.kind)
	s.took(0, func() {
		s.listed(s.root(), "a restarting, b running")
		s.counted(s.root(), supervision.Counts{Specs: 2, Active: 1, Workers: 2})
		again := supervision.StartChild(s.ctx, s.root(), a.child)
		assert.ErrorIs(s, again, supervision.ErrAlreadyPresent)
		assert.ErrorIs(s, supervision.RestartChild(s.ctx, s.root(), "a"), supervision.ErrRestarting)
		assert.ErrorIs(s, supervision.DeleteChild(s.ctx, s.root(), "a"), supervision.ErrRestarting)
		assert.ErrorIs(s, supervision.DeleteChild(s.ctx, s.root(), "a"), actor.ErrRetryable)
		require.NoError(s, a.Send(s.ctx, say("waiting")))
		require.NoError(s, supervision.TerminateChild(s.ctx, s.root(), "a"))
	})
	time.Sleep(time.Hour)
	s.sawf("dead(a, waiting)")
	s.gone(a)
	s.listed(s.root(), "a stopped, b running")
	s.incarnation(2, a)
	s.incarnation(1, b)
}

// A child that is on its way back takes the one place there is (R14), between two
// attempts and during one, until it is terminated.
func countsWhoIsRestarting(s *stage, c crash) {
	d := dynamic("d", supervision.Spec{MaxChildren: 1, Limit: supervision.AtMost(1000, time.Hour)})
	s.start(supervision.Spec{}, d)
	a, b := s.probe("a", startsIn(ms(20))), s.probe("b")
	s.add(d.Ref, a)
	a.next(10, c.start)
	s.tell(a, c.order)
	for range 20 {
		time.Sleep(ms(9))
		s.full(d, b)
	}
	s.sawf("start(a) stop(a, %v)%s", c.kind, strings.Repeat(" fail(a)", 10))
	require.NoError(s, supervision.TerminateChild(s.ctx, d.Ref, "a"))
	s.add(d.Ref, b)
	s.sawf("start(b)")
	s.full(d, a)
	s.incarnation(1, d, b)
}

func countsWhoWaits(s *stage, c crash) {
	d := dynamic("d", supervision.Spec{MaxChildren: 1})
	s.start(supervision.Spec{}, d)
	a, b := s.probe("a", backoff(supervision.Backoff{Base: time.Second})), s.probe("b")
	s.add(d.Ref, a)
	s.tell(a, c.order)
	s.listed(d.Ref, "a restarting")
	s.full(d, b)
	time.Sleep(time.Second)
	s.sawf("start(a) stop(a, %v) start(a)", c.kind)
	s.full(d, b)
	s.tell(a, end(actor.ErrShutdown))
	s.full(d, b) // permanent, so it comes back once more
	require.NoError(s, supervision.TerminateChild(s.ctx, d.Ref, "a"))
	s.add(d.Ref, b)
	s.sawf("stop(a, shutdown) start(b)")
	s.listed(d.Ref, "b running")
}

// full checks that a supervisor takes no more children.
func (s *stage) full(d *branch, m member) {
	s.Helper()
	s.took(0, func() {
		err := supervision.StartChild(s.ctx, d.Ref, m.declaration())
		assert.ErrorIs(s, err, supervision.ErrMaxChildren)
		assert.ErrorIs(s, err, actor.ErrRetryable)
		failed, ok := errors.AsType[*supervision.ChildError](err)
		require.True(s, ok, "%v", err)
		id := m.declaration().Process.Name()
		assert.Equal(s, supervision.ChildError{Op: "start", Path: "/s/d", ID: id, Err: failed.Err}, *failed)
	})
	n, err := supervision.Count(s.ctx, d.Ref)
	require.NoError(s, err)
	assert.Equal(s, 1, n.Specs)
}
