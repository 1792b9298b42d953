package actor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// overseer is a parent that is no actor, and has a say.
type overseer struct {
	*host
	judge     func(Exit) Prospect
	asked     chan Exit
	continued chan continued
}

type continued struct {
	exit Exit
	how  Prospect
}

func (o *overseer) Foresee(exit Exit) Prospect {
	o.asked <- exit
	return o.judge(exit)
}

func (o *overseer) Continued(exit Exit, how Prospect) { o.continued <- continued{exit, how} }

// oversee starts a child under a parent with a policy.
func oversee(t *testing.T, child Child, judge func(Exit) Prospect) *overseer {
	t.Helper()
	o := &overseer{newHost(), judge, make(chan Exit, 16), make(chan continued, 16)}
	child.Start(t.Context(), o)
	require.NoError(t, <-o.started)
	return o
}

func always(p Prospect) func(Exit) Prospect { return func(Exit) Prospect { return p } }

// balanced requires that every message that was sent is accounted for.
func balanced(t *testing.T, p *Process[do], sent int) {
	t.Helper()
	i := p.Info()
	require.EqualValues(t, sent, i.Handled+i.DeadLettered+i.Rejected+uint64(i.Depth), "%+v", i)
}

// store is an actor with a value, and both hooks.
type store struct {
	plain
	log   *probe
	n     int
	hooks func(context.Context, string, Exit) error // may be nil
}

func (s *store) run(ctx context.Context, hook string, exit Exit) error {
	s.log.add(fmt.Sprintf("%s %s of %d", hook, exit.Kind, s.n))
	if s.hooks != nil {
		return s.hooks(ctx, hook, exit)
	}
	return nil
}

func (s *store) PreRestart(ctx context.Context, e Exit) error { return s.run(ctx, "restart", e) }
func (s *store) Stopped(ctx context.Context, e Exit) error    { return s.run(ctx, "stop", e) }

// stores declares an actor whose current value and Self are in variables.
type stores struct {
	*Process[do]
	log   probe
	now   *store
	self  *Self[do]
	hooks func(context.Context, string, Exit) error
	made  func(*Self[do]) error // what New does besides; may be nil
}

func newStores(options ...func(*Spec[do])) *stores {
	s := &stores{}
	s.Process = doer("s", append([]func(*Spec[do]){withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
		if s.made != nil {
			if err := s.made(self); err != nil {
				return nil, err
			}
		}
		s.now, s.self = &store{log: &s.log, hooks: s.hooks}, self
		return s.now, nil
	})}, options...)...)
	return s
}

// set has the value set, get returns it.
func (s *stores) set(n int) do { return func(context.Context) error { s.now.n = n; return nil } }

func (s *stores) get(t *testing.T) int {
	t.Helper()
	n, err := call(t.Context(), s.Process, func(context.Context) int { return s.now.n })
	require.NoError(t, err)
	return n
}

// failures are the ways in which Receive can fail.
var failures = map[string]struct {
	do   do
	kind Kind
	err  error
}{
	"error":  {fails, Failure, errBoom},
	"panic":  {func(context.Context) error { panic(errBoom) }, Panic, errBoom},
	"goexit": {func(context.Context) error { runtime.Goexit(); return nil }, Goexit, ErrGoexit},
}

func TestR16ResumeKeepsTheState(t *testing.T) {
	for name, test := range failures {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s, child := newStores(), doer("c")
				o := oversee(t, s, always(Resumes))
				require.NoError(t, s.Send(ctx, s.set(7)))
				require.NoError(t, s.Send(ctx, func(context.Context) error {
					s.self.After(time.Second, s.log.adds("tick"))
					return s.self.Start(child, func(e Event) do { return s.log.adds(fmt.Sprint("child ", e.Kind)) })
				}))
				own, err := call(ctx, s.Process, func(ctx context.Context) context.Context { return ctx })
				require.NoError(t, err)
				require.NoError(t, s.Send(ctx, test.do))
				assert.Equal(t, 7, s.get(t))
				asked, went := <-o.asked, <-o.continued
				assert.Equal(t, test.kind, asked.Kind)
				assert.ErrorIs(t, asked.Err, test.err)
				assert.Equal(t, "do", asked.Message)
				assert.EqualValues(t, 1, asked.Incarnation)
				assert.False(t, asked.At.IsZero())
				assert.Equal(t, continued{asked, Resumes}, went)
				pass(time.Second)
				assert.NoError(t, own.Err())
				assert.Equal(t, []string{fmt.Sprint("child ", ChildStarted), "tick"}, s.log.take())
				assert.Empty(t, o.ended)
				assert.EqualValues(t, 1, s.Incarnation())
				assert.Equal(t, "receiving", child.Info().State)
				balanced(t, s.Process, 5)

				s.Stop(time.Second)
				assert.Equal(t, Shutdown, (<-o.ended).Kind, "an end that was asked for is not passed over")
				assert.Equal(t, Shutdown, (<-o.asked).Kind)
				assert.Equal(t, []string{"stop shutdown of 7"}, s.log.take())
			})
		})
	}
}

func TestR16ResumeFailsTheAskInHand(t *testing.T) {
	for name, test := range failures {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				p := doer("p")
				o := oversee(t, p, always(Resumes))
				limited, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				var seen context.Context
				var reply Reply[int]
				_, err := question(limited, p, func(ctx context.Context, r Reply[int]) error {
					seen, reply = ctx, r
					assert.NoError(t, ctx.Err())
					return test.do(ctx)
				})
				require.ErrorIs(t, err, test.err)
				synctest.Wait()
				assert.Error(t, seen.Err(), "the question's context ends with it")
				reply.Send(1)
				assert.EqualValues(t, 1, p.Info().LateReplies)
				n, err := question(ctx, p, func(_ context.Context, r Reply[int]) error {
					r.Send(3)
					return test.do(ctx)
				})
				require.NoError(t, err)
				assert.Equal(t, 3, n)
				assert.Empty(t, o.ended)
				end(p, o.host)
			})
		})
	}
}

// What comes through the control lane can be passed over too, and a child whose
// end was told that way is as good as forgotten.
func TestR16ResumeAfterControlTraffic(t *testing.T) {
	for name, test := range failures {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				s, child := newStores(), doer("c")
				o := oversee(t, s, always(Resumes))
				require.NoError(t, s.Send(ctx, s.set(7)))
				s.get(t)
				s.self.After(0, test.do)
				require.NoError(t, s.self.Start(child, func(e Event) do {
					if e.Kind == ChildEnded {
						return test.do
					}
					return func(context.Context) error { panic("started") }
				}))
				synctest.Wait()
				assert.Len(t, o.continued, 2)
				require.NoError(t, child.Send(ctx, fails))
				<-child.Done()
				assert.ErrorIs(t, child.Err(), errBoom)
				synctest.Wait()
				assert.Len(t, o.continued, 3)
				require.NoError(t, s.self.Start(doer("d"), func(Event) do { panic("adapter") }))
				synctest.Wait()
				assert.Len(t, o.continued, 4)
				assert.Equal(t, 7, s.get(t))
				end(s.Process, o.host)
			})
		})
	}
}

func TestR16ResumeDuringADrain(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		p := doer("p")
		o := oversee(t, p, always(Resumes))
		release := block(t, p)
		for i := range 4 {
			require.NoError(t, p.Send(ctx, func(context.Context) error {
				log.add(strconv.Itoa(i))
				return errBoom
			}))
		}
		p.Drain(time.Minute)
		release()
		exit := <-o.ended
		assert.Equal(t, Shutdown, exit.Kind)
		require.NoError(t, exit.Err)
		assert.Len(t, o.continued, 4)
		assert.Equal(t, []string{"0", "1", "2", "3"}, log.take())
		balanced(t, p, 5)
	})
}

func TestR16NoResumeOfAnActorThatIsToStop(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		o := oversee(t, p, always(Resumes))
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			<-ctx.Done()
			return errBoom
		}))
		synctest.Wait()
		p.Stop(time.Minute)
		assert.Equal(t, Failure, (<-o.ended).Kind)
		assert.Empty(t, o.continued)

		p.Start(ctx, o)
		require.NoError(t, <-o.started)
		release := block(t, p)
		p.Stop(time.Minute)
		time.Sleep(2 * time.Minute)
		assert.Equal(t, Abandoned, (<-o.ended).Kind, "nor of one that was abandoned")
		assert.Empty(t, o.continued)
		release()
	})
}

// A stop that comes while the parent is being asked is not lost, whatever the
// parent says.
func TestR16StopRacesResume(t *testing.T) {
	for _, says := range []Prospect{Ends, Restarts, Renews, Resumes} {
		for range 300 {
			p := doer("p")
			o := oversee(t, p, always(says))
			require.NoError(t, p.TrySend(fails))
			p.Stop(Forever)
			exit := <-o.ended
			require.Contains(t, []Kind{Failure, Shutdown}, exit.Kind)
			p.Retire(nil)
			<-p.Done()
			balanced(t, p, 1)
		}
	}
}

// A trapped stop that fails is no reason to go on as if nothing had been asked.
func TestR16NoResumeOfATrappedStop(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			self.TrapStop(func(Stopping) do { return fails })
			return plain{}, nil
		}))
		o := oversee(t, p, always(Resumes))
		p.Drain(time.Minute)
		assert.Equal(t, Failure, (<-o.ended).Kind)
		assert.Empty(t, o.continued)
	})
}

func TestR16NoResumeBeforeTheActorIsReady(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			self.DeferStart()
			return plain{}, nil
		}))
		for _, says := range []Prospect{Resumes, Renews} {
			o := &overseer{newHost(), always(says), make(chan Exit, 16), make(chan continued, 16)}
			p.Start(ctx, o)
			require.NoError(t, p.Send(ctx, fails))
			require.ErrorIs(t, <-o.started, errBoom)
			assert.Empty(t, o.continued)
		}
	})
}

// Who says that it is ready has been started, also if the same message fails.
func TestR16ResumeOfAnActorThatHasJustBecomeReady(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var ready func(error)
		p := doer("p", withNew(func(_ context.Context, self *Self[do]) (Actor[do], error) {
			ready = self.DeferStart()
			return plain{}, nil
		}))
		o := &overseer{newHost(), always(Resumes), make(chan Exit, 16), make(chan continued, 16)}
		p.Start(ctx, o)
		require.NoError(t, p.Send(ctx, func(context.Context) error {
			ready(nil)
			return errBoom
		}))
		require.NoError(t, <-o.started)
		assert.Equal(t, Resumes, (<-o.continued).how)
		assert.Equal(t, Shutdown, end(p, o.host).Kind)
	})
}

func TestOverseerIsAskedOfEveryEndOfAValue(t *testing.T) {
	for name, test := range map[string]struct {
		last do
		kind Kind
	}{
		"stop":     {nil, Shutdown},
		"normal":   {func(context.Context) error { return ErrStop }, Normal},
		"shutdown": {func(context.Context) error { return ErrShutdown }, Shutdown},
		"failure":  {fails, Failure},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				for says, hooks := range map[Prospect][]string{
					Ends:     {"stop " + test.kind.String() + " of 0"},
					Restarts: {"restart " + test.kind.String() + " of 0", "stop " + test.kind.String() + " of 0"},
					99:       {"stop " + test.kind.String() + " of 0"},
				} {
					s := newStores()
					o := oversee(t, s, always(says))
					if test.last == nil {
						s.Stop(Forever)
					} else {
						require.NoError(t, s.Send(ctx, test.last))
					}
					exit := <-o.ended
					assert.Equal(t, test.kind, exit.Kind)
					assert.Equal(t, test.kind, (<-o.asked).Kind)
					assert.Equal(t, hooks, s.log.take())
					assert.Empty(t, o.continued)
				}
			})
		})
	}
}

// New that fails leaves no value whose fate could be foreseen.
func TestOverseerIsNotAskedWithoutAValue(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withNew(func(context.Context, *Self[do]) (Actor[do], error) { return nil, errBoom }))
		o := &overseer{newHost(), always(Resumes), make(chan Exit, 1), make(chan continued, 1)}
		p.Start(ctx, o)
		require.ErrorIs(t, <-o.started, errBoom)
		assert.Empty(t, o.asked)
		assert.Empty(t, o.continued)
	})
}

func TestOverseerInTroubleCountsAsEnds(t *testing.T) {
	for name, trouble := range map[string]func(){
		"panic":  func() { panic("no idea") },
		"goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				var events monitoring.Memory[monitoring.ActorEvent]
				telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{Monitors: monitoring.Monitors{Actor: &events}, Logger: slog.New(slog.DiscardHandler)})
				require.NoError(t, err)
				s := newStores()
				o := &overseer{newHost(), func(Exit) Prospect { trouble(); return Resumes }, make(chan Exit, 16), make(chan continued, 16)}
				s.Start(NewRuntime(monitoring.NewIDs(), telemetry).Context(ctx), o)
				require.NoError(t, <-o.started)
				require.NoError(t, s.Send(ctx, fails))
				exit := <-o.ended
				assert.Equal(t, Failure, exit.Kind)
				assert.Equal(t, errBoom, exit.Err)
				assert.Equal(t, []string{"stop failure of 0"}, s.log.take())
				require.NoError(t, telemetry.Close(ctx))
				told := 0
				for _, e := range events.Snapshot().Recent {
					if e.Kind == monitoring.ErrorOccurred && strings.Contains(e.Err.Error(), "foresee: ") {
						told++
					}
				}
				assert.Equal(t, 1, told)
			})
		})
	}
}

func TestOverseerThatHangsIsAbandoned(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s, child := newStores(), doer("c")
		release := make(chan struct{})
		o := oversee(t, s, func(Exit) Prospect { <-release; return Resumes })
		require.NoError(t, s.self.Start(child, func(Event) do { return nothing }))
		require.NoError(t, s.Send(ctx, fails))
		pass(time.Hour)
		assert.Empty(t, o.ended)
		s.Stop(time.Second)
		exit := <-o.ended
		assert.Equal(t, Abandoned, exit.Kind)
		assert.ErrorIs(t, exit.Err, errBoom)
		assert.ErrorIs(t, exit.Err, ErrAbandoned)
		assert.Empty(t, s.log.take(), "no hook runs on an incarnation that was cut off")
		assert.True(t, isDone(child))
		close(release)
		synctest.Wait()
		assert.Empty(t, o.continued)
	})
}

// The error that Receive returns is judged by what it says of itself.
func TestR16OnlyFailuresArePassedOver(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for _, last := range []do{
			func(context.Context) error { return ErrStop },
			func(context.Context) error { return ErrShutdown },
			func(context.Context) error { return fmt.Errorf("wrapped: %w", ErrStop) },
		} {
			p := doer("p")
			o := oversee(t, p, always(Resumes))
			require.NoError(t, p.Send(ctx, last))
			assert.False(t, (<-o.ended).Kind.Abnormal())
			assert.Empty(t, o.continued)
		}
	})
}

// An actor as the parent learns of it in events.
func TestOverseeTellsWhatWentOn(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p, c := newParent(t), doer("c")
		var mu sync.Mutex
		says := Resumes
		judge := func(Exit) Prospect {
			mu.Lock()
			defer mu.Unlock()
			return says
		}
		var events []Event
		err, askErr := call(ctx, p.Process, func(context.Context) error {
			return p.self.Oversee(c, judge, func(e Event) do {
				return func(context.Context) error { events = append(events, e); return nil }
			})
		})
		require.NoError(t, errors.Join(err, askErr))
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		mu.Lock()
		says = Renews
		mu.Unlock()
		require.NoError(t, c.Send(ctx, fails))
		synctest.Wait()
		end(p.Process, p.h)
		require.Len(t, events, 3)
		assert.Equal(t, Event{Child: c, Kind: ChildStarted, Incarnation: 1}, events[0])
		for i, want := range []Event{{Kind: ChildResumed, Incarnation: 1}, {Kind: ChildRenewed, Incarnation: 2}} {
			got := events[i+1]
			assert.Equal(t, want.Kind, got.Kind)
			assert.Equal(t, want.Incarnation, got.Incarnation)
			assert.Equal(t, Failure, got.Exit.Kind)
			assert.EqualValues(t, 1, got.Exit.Incarnation)
		}
	})
}

// What was passed over is on record all the same.
func TestR16ResumeLeavesARecord(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var events monitoring.Memory[monitoring.ActorEvent]
		r := newTraced(t, monitoring.Monitors{Actor: &events})
		p := doer("p")
		o := &overseer{newHost(), always(Resumes), make(chan Exit, 16), make(chan continued, 16)}
		p.Start(r.Context(ctx), o)
		require.NoError(t, <-o.started)
		ctx, request := r.spans.Start(ctx, "request")
		require.NoError(t, p.Send(ctx, fails))
		require.NoError(t, p.Send(ctx, nothing))
		went := <-o.continued
		synctest.Wait()
		request.End()
		assert.False(t, went.exit.Trace.IsZero(), "the incident goes on under it")
		require.NoError(t, r.telemetry.Flush(ctx))
		assert.Equal(t, ""+
			"request 0s+0s\n"+
			"  process plain/do (consumer) ERROR \"boom\" 0s+0s\n"+
			"    ! exception *errors.errorString: boom 0s\n"+
			"  process plain/do (consumer) 0s+0s\n", r.spans.Tree())
		end(p, o.host)
		var kinds []monitoring.ActorKind
		for _, e := range events.Snapshot().Recent {
			if e.Kind == monitoring.ErrorOccurred || e.Kind == monitoring.Stopped {
				kinds = append(kinds, e.Kind)
			}
		}
		assert.Equal(t, []monitoring.ActorKind{monitoring.ErrorOccurred, monitoring.Stopped}, kinds)
	})
}
