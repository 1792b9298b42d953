package system_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/supervision"
)

// A transient child that ends because it is idle is not started again, and its
// address ends; a permanent one comes back at once.
func TestPassivation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		passivates := func(d time.Duration) order {
			return order{"passivate", func(_ context.Context, me *life) error {
				me.self.Passivate(d)
				return nil
			}}
		}
		a, b := s.probe("a", transient), s.probe("b")
		s.start(supervision.Spec{}, a, b)
		s.tell(a, passivates(time.Minute))
		s.tell(b, passivates(time.Hour))
		time.Sleep(time.Hour)
		s.sawAtf("start(a)@0s start(b)@0s stop(a, normal)@1m0s stop(b, normal)@1h0m0s start(b)@1h0m0s")
		s.listed(s.root(), "a stopped, b running")
		s.gone(a)
		s.tell(b, say("still there"))
		require.NoError(t, supervision.RestartChild(s.ctx, s.root(), "a"))
		s.tell(a, say("again"))
		s.sawf("msg(b, still there) start(a) msg(a, again)")
		assert.EqualValues(t, 1, a.Info().Rejected)
		assert.Zero(t, a.Info().DeadLettered)
	})
}
