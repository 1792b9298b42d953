package main

import (
	"bytes"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out)) // nothing of it waits for a time
	require.Equal(t, `games: [chess go]
ann hears: bob has left
ann hears: bob is here
cid hears: dot is here
dot hears: cid has crashed
the room of go: normal
games: [chess]
the same room again: false
`, out.String())
}

func TestRoomWatchesItsPlayersAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var players Players
		r := actortest.NewSolo(t, room("chess", &players))
		ann := actortest.NewProbe[PlayerMsg](t, "ann")
		require.NoError(t, r.Send(Enter{ann.Ref, actor.Reply[struct{}]{}}))
		require.NoError(t, r.Restart())

		ann.End(nil)
		synctest.Wait()
		require.ErrorIs(t, r.Err(), actor.ErrStop)
	})
}
