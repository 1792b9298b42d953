package actor

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Watchers come and go by the thousand, the watched end: each is told once or
// not at all, and nobody keeps anything of the others.
func TestL11WatchersUnderStress(t *testing.T) {
	const targets, sentries = 20, 200
	var ps [targets]*Process[do]
	var hs [targets]*host
	for i := range ps {
		ps[i] = doer("p" + strconv.Itoa(i))
		hs[i] = start(t, ps[i])
	}
	type outcome struct{ told, extra int }
	results := make(chan outcome, sentries)
	var ss [sentries]*sentry
	for n := range sentries {
		s := newSentry(t, "s"+strconv.Itoa(n))
		ss[n] = s
		go func() {
			var told [targets]int
			for i, p := range ps {
				_ = s.self.Watch(p, func(Down) do { return func(context.Context) error { told[i]++; return nil } })
				if (i+n)%3 == 0 {
					s.self.Unwatch(p)
				}
			}
			for _, p := range ps {
				<-p.Done()
			}
			_, _ = call(t.Context(), s.Process, func(context.Context) int { return 0 })
			res, _ := call(t.Context(), s.Process, func(context.Context) (o outcome) {
				for i := range told {
					o.told += min(told[i], 1)
					if told[i] > 1 { // one that was unwatched may have been told just before
						o.extra++
					}
				}
				return o
			})
			results <- res
		}()
	}
	for i, p := range ps {
		p.Retire(nil)
		p.Stop(Forever)
		<-hs[i].ended
	}
	for range sentries {
		o := <-results
		require.Zero(t, o.extra)
	}
	for _, p := range ps {
		requireBonds(t, p, 0, 0)
	}
	for _, s := range ss {
		end(s.Process, s.h)
	}
}

func TestL11ThousandsOfWatchersComeAndGo(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p := doer("p")
		h := start(t, p)
		var ss []*sentry
		for i := range 3000 {
			s := newSentry(t, strconv.Itoa(i))
			s.watch(t, p)
			ss = append(ss, s)
		}
		requireBonds(t, p, 0, len(ss))
		for i, s := range ss {
			switch i % 3 {
			case 0:
				s.self.Unwatch(p)
			case 1:
				end(s.Process, s.h)
			}
		}
		requireBonds(t, p, 0, len(ss)/3)
		die(t, p, h, fails)
		told := 0
		for _, s := range ss {
			told += len(s.log.take())
			requireBonds(t, s.Process, 0, 0)
		}
		assert.Equal(t, len(ss)/3, told)
		for i, s := range ss {
			if i%3 != 1 {
				end(s.Process, s.h)
			}
		}
	})
}
