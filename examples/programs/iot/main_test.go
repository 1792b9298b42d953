package main

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var out bytes.Buffer
		require.NoError(t, run(ctx, &out, time.Minute))
		require.Equal(t, `alarm: device-8 is silent
alarm: device-8 is replaced by device-13
12 devices report
`, out.String())
	})
}

func TestDeviceReportsUntilItBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fleet := actortest.NewProbe[FleetMsg](t, "fleet")
		d := actortest.NewSolo(t, device(3, fleet.Ref, time.Minute))
		require.NoError(t, d.Advance(2*time.Minute))
		fleet.Expect(Heartbeat{3})
		fleet.Expect(Heartbeat{3})
		require.NoError(t, d.Send(Break{}))
		require.NoError(t, d.Advance(time.Hour))
		fleet.ExpectNone(0)
	})
}

func TestConsoleTellsOfAlarms(t *testing.T) {
	c := &Console{out: new(bytes.Buffer)}
	seen := actortest.NewAsk[int](t)
	require.NoError(t, c.Receive(t.Context(), Seen{1, seen.Reply}))
	require.False(t, seen.Answered())
	require.NoError(t, c.Receive(t.Context(), Alarm{"device", "is silent"}))
	require.Equal(t, 1, seen.Value())
}
