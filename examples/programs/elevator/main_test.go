package main

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestElevator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out, time.Minute))
		require.Equal(t, `0.0s at 0 is called to 3
180.0s at 3 opens
240.0s at 3 is blocked
300.0s at 3 closes
300.0s at 3 is called to 1
420.0s at 1 opens
ann waited 3m0s
bob waited 6m30s
eve waited 0s
`, out.String())
	})
}

// Calls are answered one after the other, each when the doors are open there.
func TestCallsArePutAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lift := actortest.NewSolo(t, elevator(io.Discard, time.Second))
		first, second, third := actortest.NewAsk[time.Time](t), actortest.NewAsk[time.Time](t), actortest.NewAsk[time.Time](t)
		begin := time.Now()
		require.NoError(t, lift.Send(Call{2, first.Reply}))
		require.NoError(t, lift.Send(Call{-1, second.Reply}))
		require.NoError(t, lift.Send(Call{2, third.Reply}))
		require.NoError(t, lift.Advance(2*time.Second))
		require.Equal(t, 2*time.Second, first.Value().Sub(begin))
		require.False(t, second.Answered())

		require.NoError(t, lift.Advance(time.Minute))
		require.Equal(t, 6*time.Second, second.Value().Sub(begin))
		require.Equal(t, 10*time.Second, third.Value().Sub(begin))
	})
}

func TestDoorsStayOpenWhileBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		lift := actortest.NewSolo(t, elevator(&out, time.Second))
		require.NoError(t, lift.Send(Call{Here: actortest.NewAsk[time.Time](t).Reply}))
		for range 3 {
			require.NoError(t, lift.Advance(time.Second-1))
			require.NoError(t, lift.Send(Block{}))
		}
		require.NoError(t, lift.Advance(time.Second))
		require.Equal(t, `0.0s at 0 opens
1.0s at 0 is blocked
2.0s at 0 is blocked
3.0s at 0 is blocked
4.0s at 0 closes
`, out.String())
	})
}
