package main

import (
	"bytes"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out))
		require.Equal(t, `closed with 4 rows
4 loaded, 2 bad, 2 connections, 0 dead letters
closed with 6 rows
2 loaded, 0 bad, 1 connections, 3 dead letters
system: shutdown task drain/load what waits: actor: stopped: disk full
`, out.String())
	})
}

func TestLoaderTriesAgainWhatItLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tally := actortest.NewProbe[TallyMsg](t, "tally")
		l := actortest.NewSolo(t, loader(&Database{Room: 1, LoseAt: 1}, tally.Ref))
		tally.Expect(Connected{})
		require.NoError(t, l.Send(Record{"ann,1"})) // the write takes its time
		require.ErrorIs(t, l.Advance(latency), ErrConnection)
		require.NoError(t, l.Restart())
		tally.Expect(Connected{})
		require.NoError(t, l.Advance(latency))
		tally.Expect(Loaded{})
	})
}

func TestParse(t *testing.T) {
	row, err := parse("ann,1")
	require.NoError(t, err)
	require.Equal(t, Row{"ann", 1}, row)
	for _, bad := range []string{"", "ann", "ann;1", "ann,one"} {
		_, err := parse(bad)
		require.ErrorIs(t, err, ErrRecord)
	}
}
