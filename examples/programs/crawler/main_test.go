package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCrawler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out, new(Site).Fetch, "a.org/"))
		require.Equal(t, `0.10s a.org/: 4 links
0.22s b.org/: 2 links
0.25s c.org/: 1 links
1.10s a.org/1: 2 links
3.20s a.org/flaky: 1 links
3.35s c.org/2: 1 links
4.35s c.org/3: 1 links
4.46s b.org/down: given up: 503
7 pages
`, out.String())
	})
}

func TestPageIsFetchedThreeTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errDown := errors.New("down")
		var links []string
		fetch := func(context.Context, string) ([]string, error) {
			time.Sleep(time.Second)
			return links, errDown
		}
		crawler := actortest.NewProbe[Msg](t, "crawler")
		p := actortest.NewSolo(t, page(fetch, Visit{Link{"/", 0}, crawler.Ref}))
		require.NoError(t, p.Advance(time.Second-1))
		require.Equal(t, errDown, p.Advance(1))
		require.NoError(t, p.Restart())
		require.Equal(t, errDown, p.Advance(time.Second))
		require.NoError(t, p.Restart())
		require.ErrorIs(t, p.Advance(time.Second), errGivenUp)
		crawler.ExpectNone(time.Hour)
	})
}

func TestPageTellsItsLinksAndEnds(t *testing.T) {
	fetch := func(context.Context, string) ([]string, error) { return []string{"/1"}, nil }
	synctest.Test(t, func(t *testing.T) {
		crawler := actortest.NewProbe[Msg](t, "crawler")
		p := actortest.NewSolo(t, page(fetch, Visit{Link{"/", 0}, crawler.Ref}))
		crawler.Expect(Found{Link{"/", 0}, []string{"/1"}})
		require.ErrorIs(t, p.Err(), actor.ErrStop)
	})
}
