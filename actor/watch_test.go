package actor

import (
	"context"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestL11OneNoticeTellsHowItEnded(t *testing.T) {
	for name, test := range map[string]struct {
		last do
		want string
	}{
		"normal":   {func(context.Context) error { return ErrStop }, "/p: normal"},
		"shutdown": {func(context.Context) error { return ErrShutdown }, "/p: shutdown"},
		"failure":  {fails, "/p: failure: boom"},
		"panic":    {func(context.Context) error { panic("no") }, "/p: " + "panic: " + "panic: no"},
		"goexit":   {func(context.Context) error { runtime.Goexit(); return nil }, "/p: goexit: actor: runtime.Goexit called"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s, p := newSentry(t, "s"), doer("p")
				h := start(t, p)
				var got Down
				require.NoError(t, s.self.Watch(p.Ref, func(d Down) do { got = d; return s.notice(d) }))
				requireBonds(t, s.Process, 1, 0)
				requireBonds(t, p, 0, 1)
				exit := die(t, p, h, test.last)
				assert.Equal(t, []string{"down " + test.want}, s.log.take())
				assert.Equal(t, Down{"/p", p.ID(), exit.Kind, exit.Err}, got)
				requireBonds(t, s.Process, 0, 0)
				requireBonds(t, p, 0, 0)

				// Whoever comes too late is told at once.
				s.watch(t, p)
				synctest.Wait()
				assert.Equal(t, []string{"down " + test.want}, s.log.take())
				awaited, err := Await(ctx, p)
				require.NoError(t, err)
				assert.Equal(t, got, awaited)
				end(s.Process, s.h)
			})
		})
	}
}

func TestL11WhoNeverRanHasEndedToo(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		s.watch(t, p)
		synctest.Wait()
		assert.Empty(t, s.log.take(), "it may still be started")
		p.Retire(errBoom)
		synctest.Wait()
		assert.Equal(t, []string{"down p: shutdown: boom"}, s.log.take())
		s.watch(t, Ref[do]{})
		synctest.Wait()
		assert.Equal(t, []string{"down : failure: actor: stopped"}, s.log.take())
		d, err := Await(ctx, Ref[int]{})
		require.NoError(t, err)
		assert.Equal(t, nobody, d)
		s.watch(t, Ref[do]{})
		s.self.Unwatch(Ref[do]{})
		end(s.Process, s.h)
	})
}

// Neither a restart, nor a renewal, nor a resumption is an end.
func TestL11NoNoticeOfARestart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		says := make(chan Prospect, 4)
		o := oversee(t, p, func(Exit) Prospect { return <-says })
		s.watch(t, p)
		for _, next := range []Prospect{Ends, Restarts} {
			says <- next
			require.NoError(t, p.Send(ctx, fails))
			<-o.ended
			p.Start(ctx, o)
			require.NoError(t, <-o.started)
		}
		for _, next := range []Prospect{Resumes, Renews} {
			says <- next
			require.NoError(t, p.Send(ctx, fails))
			<-o.continued
		}
		synctest.Wait()
		assert.Empty(t, s.log.take())
		says <- Ends
		end(p, o.host)
		synctest.Wait()
		assert.Equal(t, []string{"down /p: shutdown"}, s.log.take())
		again(t, p, o.host) // and an address that is opened again is another one
		says <- Ends
		end(p, o.host)
		synctest.Wait()
		assert.Empty(t, s.log.take())
		end(s.Process, s.h)
	})
}

func TestL11UnwatchSuppressesEvenAQueuedNotice(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s := newSentry(t, "s")
		var ps [3]*Process[do]
		var hs [3]*host
		for i := range ps {
			ps[i] = doer(strconv.Itoa(i))
			hs[i] = start(t, ps[i])
			s.watch(t, ps[i])
		}
		s.self.Unwatch(ps[0]) // before the end
		requireBonds(t, ps[0], 0, 0)
		requireBonds(t, s.Process, 2, 0)
		die(t, ps[0], hs[0], fails)
		release := block(t, s.Process)
		die(t, ps[1], hs[1], fails)
		s.self.Unwatch(ps[1]) // while it is on its way
		require.NoError(t, s.TrySend(func(context.Context) error {
			s.self.Unwatch(ps[2].Ref) // while it waits for this message
			return nil
		}))
		die(t, ps[2], hs[2], fails)
		release()
		synctest.Wait()
		assert.Empty(t, s.log.take())
		requireBonds(t, s.Process, 0, 0)
		end(s.Process, s.h)
	})
}

func TestL11SecondWatchTakesThePlaceOfTheFirst(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		h := start(t, p)
		s.watch(t, p)
		require.NoError(t, s.self.Watch(p.Ref, func(Down) do { return s.log.adds("second") }))
		requireBonds(t, s.Process, 1, 0)
		requireBonds(t, p, 0, 1)
		release := block(t, s.Process)
		die(t, p, h, fails)
		require.NoError(t, s.self.Watch(p, func(Down) do { return s.log.adds("third") }))
		release()
		synctest.Wait()
		assert.Equal(t, []string{"third"}, s.log.take())
		end(s.Process, s.h)
	})
}

// The notice of a watch that was replaced leaves the one that took its place.
func TestL11StaleNoticeLeavesTheSecondWatch(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		h := start(t, p)
		s.watch(t, p)
		release := block(t, s.Process)
		die(t, p, h, fails)
		again(t, p, h)
		s.watch(t, p)
		release()
		synctest.Wait()
		assert.Empty(t, s.log.take())
		requireBonds(t, s.Process, 1, 0)
		requireBonds(t, p, 0, 1)
		end(s.Process, s.h)
		requireBonds(t, p, 0, 0)
		end(p, h)
	})
}

func TestL11WatchesEndWithTheIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		s := newStores()
		says := make(chan Prospect, 2)
		o := oversee(t, s, func(Exit) Prospect { return <-says })
		watch := func() {
			require.NoError(t, s.self.Watch(p, func(Down) do { return s.log.adds("down") }))
			require.NoError(t, s.self.Link(p))
			requireBonds(t, p, 0, 2)
		}
		watch()
		says <- Resumes
		require.NoError(t, s.Send(ctx, fails))
		<-o.continued
		synctest.Wait()
		requireBonds(t, p, 0, 2)
		says <- Renews
		require.NoError(t, s.Send(ctx, fails))
		<-o.continued
		synctest.Wait()
		requireBonds(t, p, 0, 0)
		watch()
		old := s.self
		says <- Ends
		require.NoError(t, s.Send(ctx, fails))
		<-o.ended
		requireBonds(t, p, 0, 0)
		require.ErrorIs(t, old.Watch(p, func(Down) do { return nothing }), ErrStopped)
		require.ErrorIs(t, old.Link(p), ErrStopped)
		s.log.take()
		again(t, s, o.host)
		end(p, h)
		synctest.Wait()
		assert.Empty(t, s.log.take())
		s.Stop(0)
	})
}

func TestL11AnAbandonedIncarnationWatchesNobody(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		other := doer("other")
		h := start(t, other)
		g := haunt(t, func() {})
		g.do(func() {
			assert.ErrorIs(t, g.self.Watch(other, func(Down) do { panic("told") }), ErrAbandoned)
			assert.ErrorIs(t, g.self.Link(other), ErrAbandoned)
			g.self.Unwatch(other)
			g.self.Unlink(other)
		})
		requireBonds(t, other, 0, 0)
		die(t, other, h, fails)
		assert.Empty(t, g.h.ended)
		g.release()
	})
}

// Who is abandoned has ended like anybody else.
func TestL11AnAbandonedActorIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		h := start(t, p)
		s.watch(t, p)
		release := block(t, p)
		p.Retire(nil)
		p.Stop(time.Second)
		<-h.ended
		synctest.Wait()
		assert.Equal(t, []string{"down /p: abandoned: actor: abandoned /p#1: still receiving do after 1s"}, s.log.take())
		release()
		end(s.Process, s.h)
	})
}

func TestL11TwoThatWatchEachOther(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		a, b := newSentry(t, "a"), newSentry(t, "b")
		a.watch(t, b)
		b.watch(t, a)
		die(t, a.Process, a.h, fails)
		assert.Equal(t, []string{"down /a: failure: boom"}, b.log.take())
		requireBonds(t, b.Process, 0, 0)
		die(t, b.Process, b.h, fails)
		assert.Empty(t, a.log.take())
	})
}

func TestL11AwaitFromOutside(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		got := make(chan Down, 1)
		go func() {
			d, err := Await(ctx, p.Ref)
			assert.NoError(t, err)
			got <- d
		}()
		synctest.Wait()
		requireBonds(t, p, 0, 1)
		die(t, p, h, fails)
		assert.Equal(t, Down{"/p", p.ID(), Failure, errBoom}, <-got)
	})
}

// Trouble in what makes a message of the notice is the watcher's.
func TestL11TroubleInANoticeIsTheWatchers(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		for name, test := range failures {
			s, p := newSentry(t, "s"), doer("p")
			h := start(t, p)
			require.NoError(t, s.self.Watch(p, func(Down) do { _ = test.do(t.Context()); return fails }))
			die(t, p, h, nothingThenStop)
			exit := <-s.h.ended
			if name == "error" {
				assert.Equal(t, Failure, exit.Kind)
			} else {
				assert.Equal(t, test.kind, exit.Kind)
			}
		}
	})
}
