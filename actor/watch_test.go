package actor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

// sentry is an actor that watches others.
type sentry struct {
	*Process[do]
	h    *host
	self *Self[do]
	log  probe
}

func newSentry(t *testing.T, name string, options ...func(*Spec[do])) *sentry {
	t.Helper()
	s := &sentry{}
	s.Process = doer(name, append([]func(*Spec[do]){withSelf(&s.self)}, options...)...)
	s.h = start(t, s)
	return s
}

// notice makes the message of a notice.
func (s *sentry) notice(d Down) do { return s.log.adds(fmt.Sprint("down ", d)) }

func (s *sentry) watch(t *testing.T, a Address) {
	t.Helper()
	require.NoError(t, s.self.Watch(a, s.notice))
}

// die ends an actor's address.
func die(t *testing.T, p *Process[do], h *host, last do) Exit {
	t.Helper()
	require.NoError(t, p.TrySend(last))
	exit := <-h.ended
	p.Retire(nil)
	<-p.Done()
	synctest.Wait()
	return exit
}

// bonds is how many bonds an actor has, and how many others have with it.
func bonds(p *Process[do]) (own, others int) {
	if inc := p.current.Load(); inc != nil {
		inc.mu.Lock()
		own = len(inc.bonds)
		inc.mu.Unlock()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := p.watchers.first; w != nil; w = w.next {
		others++
	}
	return own, others
}

func requireBonds(t *testing.T, p *Process[do], own, others int) {
	t.Helper()
	o, w := bonds(p)
	require.Equal(t, []int{own, others}, []int{o, w})
}

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

// The notice comes after what the dead actor had sent, and before what comes
// later.
func TestL11NoticeComesAfterEarlierMessages(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, p := newSentry(t, "s", withCapacity(1000)), doer("p")
		h := start(t, p)
		s.watch(t, p)
		release := block(t, s.Process)
		const many = budget + 50 // more than a batch
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			for range many {
				_ = s.Send(ctx, s.log.adds("sent"))
			}
			return ErrStop
		}))
		<-h.ended
		p.Retire(nil)
		<-p.Done()
		synctest.Wait()
		release()
		// The notice reaches the actor with the next turn; this comes later.
		s.self.After(0, func(context.Context) error { return s.TrySend(s.log.adds("later")) })
		synctest.Wait()
		log := s.log.take()
		require.Len(t, log, many+2)
		assert.Equal(t, "down /p: normal", log[many])
		assert.Equal(t, "later", log[many+1])
		end(s.Process, s.h)
	})
}

// When what the notice waits for is evicted, it waits for as many others.
func TestL11NoticeIsNotHeldUpByEvictions(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s := newSentry(t, "s", func(s *Spec[do]) { s.Mailbox = mailbox.Config{Capacity: 4, Overflow: mailbox.DropOldest} })
		p := doer("p")
		h := start(t, p)
		s.watch(t, p)
		release := block(t, s.Process)
		require.NoError(t, s.TrySend(func(context.Context) error {
			for i := range 5 {
				_ = s.TrySend(s.log.adds(strconv.Itoa(i)))
			}
			return nil
		}))
		for range 3 {
			require.NoError(t, s.TrySend(s.log.adds("old")))
		}
		die(t, p, h, nothingThenStop)
		release()
		synctest.Wait()
		assert.Equal(t, []string{"1", "2", "3", "down /p: normal", "4"}, s.log.take())
		balanced(t, s.Process, 1+1+3+5)
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

func TestL11TheNameIsFreeAndLettersAreDeadBeforeTheNotice(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		s := newSentry(t, "s")
		p := doer("p", func(spec *Spec[do]) {
			spec.Registered = "the name"
			spec.DeadLetters = func(DeadLetter[do]) { s.log.add("dead letter") }
		})
		h := newHost()
		p.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		require.NoError(t, s.self.Watch(p, func(Down) do {
			_, err := Lookup[do](rt, "the name")
			s.log.add(fmt.Sprint("free: ", errors.Is(err, ErrNotFound), ", done: ", isDone(p), ", send: ", p.Send(ctx, nothing)))
			return nothing
		}))
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			return errors.Join(p.Send(ctx, nothing), ErrStop)
		}))
		p.Retire(nil)
		synctest.Wait()
		assert.Equal(t, []string{"dead letter", "free: true, done: true, send: actor: stopped"}, s.log.take())
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

func TestL11WhatCannotBeWatched(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newSentry(t, "s")
		var none *Process[do]
		for name, a := range map[string]Address{
			"oneself":                  s.Ref,
			"a process, oneself":       s.Process,
			"silent":                   NewRef[do](silentTarget{}),
			"not comparable":           NewRef[do](fickleTarget{}),
			"nil":                      nil,
			"a nil pointer in Address": none,
		} {
			assert.ErrorIs(t, s.self.Watch(a, s.notice), ErrUnwatchable, name)
			assert.ErrorIs(t, s.self.Link(a), ErrUnwatchable, name)
			assert.ErrorIs(t, s.self.Link(a), ErrFatal, name)
			s.self.Unwatch(a)
			s.self.Unlink(a)
			if name != "oneself" && name != "a process, oneself" {
				_, err := Await(ctx, a)
				assert.ErrorIs(t, err, ErrUnwatchable, name)
			}
		}
		requireBonds(t, s.Process, 0, 0)
		err, askErr := call(ctx, s.Process, func(ctx context.Context) error {
			_, err := Await(ctx, s)
			return err
		})
		require.NoError(t, askErr)
		require.ErrorIs(t, err, ErrDeadlock)
		end(s.Process, s.h)
	})
}

// silentTarget lives elsewhere, and does not tell of its end.
type silentTarget struct{}

func (silentTarget) Deliver(context.Context, do, bool) error        { return nil }
func (silentTarget) DeliverAsk(context.Context, do, Question) error { return nil }
func (silentTarget) Path() string                                   { return "far/away" }
func (silentTarget) ID() monitoring.ID                              { return monitoring.ID{} }

// fickleTarget tells of its end, but cannot be compared.
type fickleTarget struct {
	silentTarget
	_ []int
}

func (fickleTarget) Watch(func(Down)) func() { panic("watched") }

// farTarget lives elsewhere, and tells of its end.
type farTarget struct {
	silentTarget
	notify  func(Down)
	stopped int
}

func (f *farTarget) Watch(notify func(Down)) func() {
	f.notify = notify
	return func() { f.stopped++ }
}

func TestL11ATargetElsewhereMayTellOfItsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, far := newSentry(t, "s"), &farTarget{}
		r := NewRef[do](far)
		s.watch(t, r)
		s.self.Unwatch(r)
		assert.Equal(t, 1, far.stopped)
		far.notify(Down{Path: "far/away"})
		s.watch(t, r)
		far.notify(Down{Path: "far/away", Kind: Failure, Err: errBoom})
		far.notify(Down{Path: "far/away", Kind: Failure, Err: errBoom})
		synctest.Wait()
		assert.Equal(t, []string{"down far/away: failure: boom"}, s.log.take())
		timed, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := Await(timed, r)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 2, far.stopped)
		end(s.Process, s.h)
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

func nothingThenStop(context.Context) error { return ErrStop }

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

func TestL11LinkSharesAnAbnormalEnd(t *testing.T) {
	for name, test := range map[string]struct {
		last do
		kind Kind
	}{
		"failure":  {fails, Failure},
		"panic":    {func(context.Context) error { panic(errBoom) }, Failure},
		"shutdown": {func(context.Context) error { return ErrShutdown }, Shutdown},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, _ context.Context) {
				s, p := newSentry(t, "s"), doer("p")
				h := start(t, p)
				require.NoError(t, s.self.Link(p))
				release := block(t, s.Process)
				require.NoError(t, s.TrySend(s.log.adds("message")))
				die(t, p, h, test.last)
				release()
				exit := <-s.h.ended
				assert.Equal(t, test.kind, exit.Kind)
				assert.ErrorIs(t, exit.Err, ErrLinked)
				var link *LinkError
				require.ErrorAs(t, exit.Err, &link)
				assert.Equal(t, "/p", link.Down.Path)
				if test.kind == Failure {
					assert.ErrorIs(t, exit.Err, errBoom)
					assert.ErrorContains(t, exit.Err, "actor: linked to /p: ")
				}
				assert.Empty(t, s.log.take(), "it ends at once")
				assert.Equal(t, 1, exit.Depth)
				requireBonds(t, p, 0, 0)
			})
		})
	}
}

func TestL11LinkToWhatHasEnded(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		h := start(t, p)
		die(t, p, h, nothingThenStop)
		require.NoError(t, s.self.Link(p))
		synctest.Wait()
		assert.Empty(t, s.h.ended, "a normal end has no effect")
		require.NoError(t, s.self.Link(Ref[do]{}))
		exit := <-s.h.ended
		assert.Equal(t, Failure, exit.Kind)
		assert.ErrorIs(t, exit.Err, ErrStopped)
	})
}

func TestL11UnlinkUndoesALinkAndNotAWatch(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p := newSentry(t, "s"), doer("p")
		h := start(t, p)
		require.NoError(t, s.self.Link(p))
		s.watch(t, p)
		requireBonds(t, p, 0, 2)
		s.self.Unlink(p.Ref)
		requireBonds(t, p, 0, 1)
		die(t, p, h, fails)
		assert.Empty(t, s.h.ended)
		assert.Len(t, s.log.take(), 1)

		q := doer("q")
		hq := start(t, q)
		require.NoError(t, q.TrySend(func(context.Context) error { return nil }))
		require.NoError(t, s.self.Link(q))
		s.Stop(Forever)
		<-s.h.ended
		synctest.Wait()
		assert.Empty(t, hq.ended, "a link has one direction")
		end(q, hq)
	})
}

// The parent's policy judges the end of a linked actor like any other, but
// there is nothing in it to pass over.
func TestL11LinkedEndIsForeseen(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s := newStores()
		o := oversee(t, s, always(Resumes))
		p := doer("p")
		h := start(t, p)
		require.NoError(t, s.self.Link(p))
		die(t, p, h, fails)
		assert.ErrorIs(t, (<-o.ended).Err, ErrLinked)
		assert.ErrorIs(t, (<-o.asked).Err, ErrLinked)
		assert.Empty(t, o.continued)
	})
}

// A notice that waits is a part of what a drain handles.
func TestL11DrainHandlesNoticesThatWait(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, p, q := newSentry(t, "s"), doer("p"), doer("q")
		hp, hq := start(t, p), start(t, q)
		s.watch(t, p)
		s.watch(t, q)
		release := block(t, s.Process)
		require.NoError(t, s.TrySend(func(context.Context) error {
			s.log.add("queued")
			return s.TrySend(s.log.adds("later"))
		}))
		die(t, p, hp, nothingThenStop)
		die(t, q, hq, nothingThenStop)
		s.Drain(time.Minute)
		release()
		exit := <-s.h.ended
		assert.Equal(t, 1, exit.Depth)
		assert.Equal(t, []string{"queued", "down /p: normal", "down /q: normal"}, s.log.take())
	})
}

// hastyTarget lives elsewhere, and has the watcher change its mind.
type hastyTarget struct {
	farTarget
	meanwhile func()
}

func (h *hastyTarget) Watch(notify func(Down)) func() {
	stop := h.farTarget.Watch(notify)
	h.meanwhile()
	return stop
}

func TestL11UnwatchWhileWatching(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		s, far := newSentry(t, "s"), &hastyTarget{}
		r := NewRef[do](far)
		far.meanwhile = func() { s.self.Unwatch(r) }
		s.watch(t, r)
		assert.Equal(t, 1, far.stopped)
		far.notify(Down{})
		synctest.Wait()
		assert.Empty(t, s.log.take())
		far.meanwhile = func() {}
		s.watch(t, r)
		end(s.Process, s.h)
		assert.Equal(t, 2, far.stopped)
		far.notify(Down{}) // it is too late for that
		synctest.Wait()
		assert.Empty(t, s.log.take())
	})
}
