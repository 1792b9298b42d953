package actor

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

func TestL10AskIsAnswered(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		n, err := question(ctx, p, func(_ context.Context, r Reply[int]) error { r.Send(7); r.Send(8); r.Fail(errBoom); return nil })
		require.NoError(t, err)
		assert.Equal(t, 7, n, "the first answer counts")
		_, err = question(ctx, p, func(_ context.Context, r Reply[int]) error { r.Fail(errBoom); return nil })
		require.ErrorIs(t, err, errBoom)
		_, err = question(ctx, p, func(_ context.Context, r Reply[int]) error { r.Fail(nil); return nil })
		require.ErrorIs(t, err, ErrNoReply)
		n, err = question(ctx, p, func(_ context.Context, r Reply[int]) error { r.Send(9); return errBoom })
		require.NoError(t, err)
		assert.Equal(t, 9, n, "an answer counts, whatever happens afterwards")
		assert.ErrorIs(t, (<-h.ended).Err, errBoom)
		assert.EqualValues(t, 2, p.Info().LateReplies)
	})
}

func TestL10AskOfAnActorThatDiesOnIt(t *testing.T) {
	for name, test := range map[string]struct {
		f       func(context.Context, Reply[int]) error
		want    error
		orderly bool // it is the end that is
	}{
		"error":   {func(context.Context, Reply[int]) error { return errBoom }, errBoom, false},
		"panic":   {func(context.Context, Reply[int]) error { panic(errBoom) }, errBoom, false},
		"goexit":  {func(context.Context, Reply[int]) error { runtime.Goexit(); return nil }, ErrGoexit, false},
		"stop":    {func(context.Context, Reply[int]) error { return ErrStop }, ErrNoReply, true},
		"shut":    {func(context.Context, Reply[int]) error { return ErrShutdown }, ErrNoReply, true},
		"wrapped": {func(context.Context, Reply[int]) error { return errors.Join(errBoom, ErrStop) }, errBoom, true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				p := doer("p")
				h := start(t, p)
				began := time.Now()
				_, err := question(ctx, p, test.f)
				require.ErrorIs(t, err, test.want)
				assert.NotErrorIs(t, err, ErrStopped, "it was handled")
				assert.Equal(t, test.orderly, errors.Is(err, ErrNoReply))
				if name == "panic" {
					var e *PanicError
					require.ErrorAs(t, err, &e)
					assert.Contains(t, e.Stack(), "TestL10AskOfAnActorThatDiesOnIt")
				}
				assert.Zero(t, time.Since(began))
				<-h.ended
			})
		})
	}
}

func TestL10AskThatIsQueuedWhenTheAddressEnds(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		release := block(t, p)
		errs := make(chan error, 1)
		go func() {
			_, err := call(ctx, p, func(context.Context) int { return 1 })
			errs <- err
		}()
		synctest.Wait()
		p.Retire(errBoom)
		p.Stop(Forever)
		release()
		err := <-errs
		require.ErrorIs(t, err, ErrStopped)
		require.ErrorIs(t, err, errBoom)
		require.ErrorIs(t, err, ErrFatal)
		<-h.ended
	})
}

// Between two incarnations a question waits, like every message.
func TestL10AskWaitsForTheNextIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		answers := make(chan int)
		go func() {
			n, err := call(ctx, p, func(context.Context) int { return 7 })
			assert.NoError(t, err)
			answers <- n
		}()
		synctest.Wait()
		h := start(t, p)
		assert.Equal(t, 7, <-answers)
		end(p, h)
	})
}

func TestL10ReplyThatIsKeptFailsWithItsIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		const n = 40
		var kept []Reply[int]
		errs := make(chan error, n)
		for range n {
			go func() {
				v, err := question(ctx, p, func(_ context.Context, r Reply[int]) error { kept = append(kept, r); return nil })
				if err == nil {
					assert.Equal(t, 1, v)
				}
				errs <- err
			}()
		}
		synctest.Wait()
		for i, r := range kept { // some are answered, and swept out of the list of those that are not
			if i%4 != 0 {
				r.Send(1)
				require.NoError(t, <-errs)
			}
		}
		for range n {
			go func() {
				_, err := question(ctx, p, func(context.Context, Reply[int]) error { return nil }) // forgotten
				errs <- err
			}()
		}
		synctest.Wait()
		assert.Empty(t, errs)
		require.NoError(t, p.Send(ctx, func(context.Context) error { return errBoom }))
		for range n/4 + n {
			err := <-errs
			assert.ErrorIs(t, err, ErrNoReply)
			assert.ErrorIs(t, err, errBoom)
		}
		<-h.ended
		again(t, p, h)
		kept[0].Send(1)
		assert.EqualValues(t, 1, p.Info().LateReplies)
		p.Stop(Forever)
		<-h.ended
	})
}

func TestL10LateReplyIsADeadLetterAndReachesNoLaterAsk(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		p := doer("p")
		h := newHost()
		p.Start(rt.Context(ctx), h)
		var late Reply[int]
		short, cancel := context.WithTimeoutCause(ctx, time.Second, errBoom)
		defer cancel()
		_, err := question(short, p, func(_ context.Context, r Reply[int]) error { late = r; return nil })
		require.ErrorIs(t, err, errBoom, "the context's cause")
		n, err := question(ctx, p, func(_ context.Context, r Reply[int]) error {
			late.Send(1)
			r.Send(2)
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		assert.EqualValues(t, 1, p.Info().LateReplies)
		letters := rt.DeadLetters()
		assert.Equal(t, map[DropReason]uint64{ReasonLateReply: 1}, letters.Counts)
		assert.Equal(t, LetterRecord{To: "/p", Type: "plain", Message: "reply", Reason: ReasonLateReply, At: letters.Recent[0].At}, letters.Recent[0])

		q := doer("q") // never started: nobody else to tell
		q.core.lateReply()
		assert.EqualValues(t, 1, q.Info().LateReplies)
	})
}

func TestL10AskIsCancelled(t *testing.T) {
	bubble(t, func(t *testing.T, parent context.Context) {
		p := doer("p")
		h := start(t, p)
		release := block(t, p)
		ctx, cancel := context.WithCancelCause(parent)
		go func() {
			time.Sleep(time.Second)
			cancel(errBoom)
		}()
		began := time.Now()
		_, err := call(ctx, p, func(context.Context) int { return 1 })
		require.ErrorIs(t, err, errBoom)
		assert.Equal(t, time.Second, time.Since(began))
		release()
		synctest.Wait()
		assert.EqualValues(t, 2, p.Info().Handled, "the question was handled all the same")
		assert.EqualValues(t, 1, p.Info().LateReplies)
		end(p, h)
	})
}

func TestL10HandlerSeesTheAskersDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, parent context.Context) {
		p := doer("p")
		h := start(t, p)
		type key struct{}
		ctx, cancel := context.WithTimeout(context.WithValue(parent, key{}, 1), time.Second)
		defer cancel()
		want, _ := ctx.Deadline()
		var seen, unused context.Context
		_, err := question(ctx, p, func(ctx context.Context, _ Reply[int]) error {
			by, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, want, by)
			assert.Nil(t, ctx.Value(key{}), "nothing else of the asker's context")
			assert.Equal(t, "/p", Caller(ctx))
			assert.NoError(t, ctx.Err())
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			<-derived.Done()
			assert.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
			assert.Equal(t, "/p", Caller(ctx))
			seen = ctx
			return nil
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		require.Error(t, seen.Err())

		ctx, cancel = context.WithTimeout(parent, time.Second)
		defer cancel()
		_, err = question(ctx, p, func(ctx context.Context, r Reply[int]) error {
			seen, unused = ctx, ctx
			r.Send(1)
			return seen.Err()
		})
		require.NoError(t, err)
		synctest.Wait()
		assert.ErrorIs(t, seen.Err(), context.Canceled, "it ends with the call")
		assert.Error(t, unused.Err())

		_, err = question(parent, p, func(ctx context.Context, r Reply[int]) error {
			_, ok := ctx.Deadline()
			assert.False(t, ok)
			r.Send(1)
			return nil
		})
		require.NoError(t, err)
		end(p, h)
	})
}

// What works on an answer beyond the call keeps the context until the deadline.
func TestL10ContextOfAQuestionThatIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, parent context.Context) {
		p := doer("p")
		h := start(t, p)
		ctx, cancel := context.WithTimeout(parent, time.Minute)
		defer cancel()
		n, err := question(ctx, p, func(ctx context.Context, r Reply[int]) error {
			go func() {
				select {
				case <-time.After(time.Second):
					r.Send(1)
				case <-ctx.Done():
					r.Fail(ctx.Err())
				}
			}()
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		end(p, h)
	})
}

// A context of which only the end is looked at later.
func TestL10DeadlineContextThatIsReleasedUnused(t *testing.T) {
	bubble(t, func(t *testing.T, parent context.Context) {
		d := withDeadline(parent, time.Now().Add(time.Second))
		d.release()
		<-d.Done()
		assert.ErrorIs(t, d.Err(), context.Canceled)
	})
}

func TestL10AskThatTheMailboxDrops(t *testing.T) {
	for policy, want := range map[mailbox.Overflow]error{
		mailbox.Reject: ErrMailboxFull, mailbox.DropNewest: ErrDropped, mailbox.DropOldest: ErrDropped,
	} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			p := doer("p", func(s *Spec[do]) { s.Mailbox = mailbox.Config{Capacity: 1, Overflow: policy} })
			h := start(t, p)
			release := block(t, p)
			errs := make(chan error, 2)
			for range 2 {
				go func() {
					_, err := call(ctx, p, func(context.Context) int { return 1 })
					errs <- err
				}()
			}
			assert.ErrorIs(t, <-errs, want)
			release()
			assert.NoError(t, <-errs)
			end(p, h)
		})
	}
}

// Answers, cancellations and ends race, and each ask gets exactly one outcome.
func TestL10AskUnderStress(t *testing.T) {
	p := doer("p")
	h := start(t, p)
	stop := make(chan struct{})
	var restarts atomic.Int64
	over := make(chan struct{})
	go func() { // the parent
		defer close(over)
		for {
			select {
			case <-h.ended:
				restarts.Add(1)
				p.Start(context.Background(), h)
				<-h.started //nolint:errcheck // started or not, the asks are what counts
			case <-stop:
				return
			}
		}
	}()
	outcomes := make(chan error, 8)
	for w := range cap(outcomes) {
		go func() {
			var err error
			for i := range 300 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i%7)*20*time.Microsecond+time.Microsecond)
				if i%3 == 0 {
					cancel()
					ctx, cancel = context.WithCancel(context.Background())
				}
				want := w*1000 + i
				got, e := question(ctx, p, func(_ context.Context, r Reply[int]) error {
					switch i % 5 {
					case 0:
						go r.Send(want)
						return nil
					case 1:
						return errBoom
					default:
						r.Send(want)
						return nil
					}
				})
				switch {
				case e == nil && got != want:
					err = errors.Join(err, errors.New("the answer to another question"))
				case e == nil, errors.Is(e, errBoom), errors.Is(e, context.DeadlineExceeded):
				default:
					err = errors.Join(err, e)
				}
				cancel()
			}
			outcomes <- err
		}()
	}
	for range cap(outcomes) {
		require.NoError(t, <-outcomes)
	}
	close(stop)
	<-over
	for len(h.ended) > 0 {
		<-h.ended
	}
	assert.NotZero(t, restarts.Load())
	p.Retire(nil)
	p.Stop(Forever)
	<-p.Done()
	i := p.Info()
	assert.EqualValues(t, 8*300, i.Handled+i.DeadLettered+i.Rejected+uint64(i.Depth))
}

// elsewhere is a target outside this process.
type elsewhere struct{ got chan do }

func (e *elsewhere) Deliver(_ context.Context, msg do, _ bool) error { e.got <- msg; return nil }
func (e *elsewhere) DeliverAsk(_ context.Context, msg do, q Question) error {
	if _, ok := q.Deadline(); ok {
		q.Fail(errBoom)
	}
	e.got <- msg
	return nil
}
func (e *elsewhere) Path() string      { return "elsewhere" }
func (e *elsewhere) ID() monitoring.ID { return monitoring.ID{} }

func TestTargetElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		far := &elsewhere{got: make(chan do, 9)}
		ref := NewRef(Target[do](far))
		assert.Equal(t, "elsewhere", ref.Path())
		require.NoError(t, ref.Send(ctx, nothing))
		p := doer("p")
		h := start(t, p)
		go func() {
			<-far.got
			_ = (<-far.got)(ctx)
		}()
		n, err := call(ctx, p, func(ctx context.Context) int { // from a handler
			n, err := Ask(ctx, ref, func(r Reply[int]) do {
				return func(context.Context) error { r.Send(7); return nil }
			})
			assert.NoError(t, err)
			return n
		})
		require.NoError(t, err)
		assert.Equal(t, 7, n)
		timed, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err = Ask(timed, ref, func(_ Reply[int]) do { return nothing })
		assert.ErrorIs(t, err, errBoom)
		end(p, h)
	})
}

// far is the question of an asker elsewhere.
type far struct{ failed chan error }

func (f *far) Fail(cause error)            { f.failed <- cause }
func (f *far) Deadline() (time.Time, bool) { return time.Time{}, false }

func TestQuestionFromElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		h := start(t, p)
		q := &far{make(chan error, 1)}
		require.NoError(t, p.DeliverAsk(ctx, func(context.Context) error { return errBoom }, q))
		assert.ErrorIs(t, <-q.failed, errBoom)
		<-h.ended
		again(t, p, h)
		require.NoError(t, p.DeliverAsk(ctx, nothing, q))
		synctest.Wait()
		end(p, h)
		assert.ErrorIs(t, <-q.failed, ErrNoReply)
		assert.ErrorIs(t, p.DeliverAsk(ctx, nothing, q), ErrStopped)
	})
}

func TestL10AskWithAContextThatIsDoneSendsNothing(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	p := New(Spec[int]{Name: "p", New: Make(func() Func[int] { return nil })})
	_, err := Ask(ctx, p.Ref, func(Reply[int]) int { return 0 })
	require.ErrorIs(t, err, cause)
	assert.Zero(t, p.Info().Depth)
}

// One allocation holds all of an ask: what it waits on is used again.
func TestAllocationsOfAnAsk(t *testing.T) {
	rt := NewRuntime(monitoring.NewIDs(), nil)
	rt.Employ()
	p := New(Spec[Reply[int]]{Name: "p", New: Make(func() answerer { return answerer{} })})
	h := newHost()
	p.Start(rt.Context(t.Context()), h)
	require.NoError(t, <-h.started)
	ctx := context.Background()
	ask := func() {
		n, err := Ask(ctx, p.Ref, func(r Reply[int]) Reply[int] { return r })
		require.NoError(t, err)
		require.Equal(t, 7, n)
	}
	for range trusted {
		ask()
	}
	assert.Zero(t, testing.AllocsPerRun(1000, ask))
	p.Stop(Forever)
	<-h.ended
	require.NoError(t, rt.Dismiss(ctx))
}

type answerer struct{}

func (answerer) Receive(_ context.Context, r Reply[int]) error {
	r.Send(7)
	return nil
}
