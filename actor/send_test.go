package actor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

type numbered struct{ sender, n int }

// sum handles numbered messages, and checks their order.
type sum struct {
	t    *testing.T
	last *[16]int // outlives the incarnation; nil: the order is not checked
	fail bool
}

func (s *sum) Receive(_ context.Context, m numbered) error {
	if s.last != nil {
		if m.n <= s.last[m.sender] {
			assert.Greater(s.t, m.n, s.last[m.sender], "FIFO per sender")
		}
		s.last[m.sender] = m.n
	}
	if s.fail && m.n%97 == 0 {
		return errBoom
	}
	return nil
}

// L8: FIFO per sender, and nothing is lost without a trace, whatever the
// overflow policy, while the actor fails, stops, is retired and started again.
func TestL8OrderAndConservation(t *testing.T) {
	for n := range 2 * (mailbox.DropOldest + 1) {
		policy, cut := n/2, n%2 == 1
		t.Run(fmt.Sprintf("%v, abandoned %v", policy, cut), func(t *testing.T) {
			const senders, each = 8, 1500
			var last *[16]int
			if !cut { // who is abandoned in Receive still touches what it knows
				last = new([16]int)
			}
			var letters atomic.Uint64
			p := New(Spec[numbered]{
				Name:        "sum",
				New:         Make(func() *sum { return &sum{t: t, last: last, fail: true} }),
				Mailbox:     mailbox.Config{Capacity: 8, Overflow: policy},
				DeadLetters: func(DeadLetter[numbered]) { letters.Add(1) },
			})
			rt := NewRuntime(monitoring.NewIDs(), nil)
			h := newHost()
			p.Start(rt.Context(t.Context()), h)
			require.NoError(t, <-h.started)
			stop, over := make(chan struct{}), make(chan struct{})
			go func() { // the parent, and somebody who stops the actor now and then
				defer close(over)
				tick := time.NewTicker(200 * time.Microsecond)
				defer tick.Stop()
				for {
					select {
					case <-h.ended:
						p.Start(rt.Context(context.Background()), h)
						<-h.started //nolint:errcheck // started or not, the counts are what counts
					case <-tick.C:
						switch rand.IntN(4) {
						case 0:
							if cut {
								p.Stop(0)
							}
						case 1:
							p.Stop(Forever)
						case 2:
							p.Drain(time.Second)
						case 3:
							p.Retire(errBoom)
							p.Stop(Forever)
						}
					case <-stop:
						return
					}
				}
			}()
			var wg sync.WaitGroup
			for s := range senders {
				wg.Go(func() {
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					for n := range each {
						var err error
						switch {
						case n%5 == 0:
							err = p.TrySend(numbered{s, n + 1})
						case n%7 == 0:
							short, cancel := context.WithTimeout(ctx, 10*time.Microsecond)
							err = p.Send(short, numbered{s, n + 1})
							cancel()
						default:
							err = p.Send(ctx, numbered{s, n + 1})
						}
						switch {
						case err == nil, errors.Is(err, ErrStopped), errors.Is(err, ErrMailboxFull),
							errors.Is(err, ErrDropped), errors.Is(err, context.DeadlineExceeded):
						default:
							assert.NoError(t, err)
						}
					}
				})
			}
			wg.Wait()
			close(stop)
			<-over
			p.Retire(nil)
			p.Stop(Forever)
			<-p.Done()
			require.NoError(t, rt.Dismiss(context.Background())) // it may have been closed long before
			i := p.Info()
			assert.Zero(t, i.Depth)
			assert.EqualValues(t, senders*each, i.Handled+i.DeadLettered+i.Rejected, "%+v", i)
			assert.Equal(t, i.DeadLettered, letters.Load())
		})
	}
}

// A message that is accepted while the address ends becomes a dead letter.
func TestL8SendRacesRetire(t *testing.T) {
	for range 300 {
		p := doer("p", withCapacity(4))
		h := start(t, p)
		var accepted atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for p.Send(t.Context(), nothing) == nil {
					accepted.Add(1)
				}
			})
		}
		p.Retire(nil)
		p.Stop(Forever)
		<-h.ended
		wg.Wait()
		// What came last is under way to the dead letters still; a second end
		// of the address comes after it.
		again(t, p, h)
		end(p, h)
		i := p.Info()
		require.Zero(t, i.Depth)
		require.EqualValues(t, accepted.Load(), i.Handled+i.DeadLettered)
	}
}

func TestSendThatWaitsForRoom(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p", withCapacity(1))
		h := start(t, p)
		release := block(t, p)
		require.NoError(t, p.Send(ctx, nothing))
		short, cancel := context.WithTimeoutCause(ctx, time.Second, errBoom)
		defer cancel()
		began := time.Now()
		require.ErrorIs(t, p.Send(short, nothing), errBoom)
		assert.Equal(t, time.Second, time.Since(began))
		require.ErrorIs(t, p.Send(short, nothing), errBoom, "at once")
		sent := make(chan error)
		go func() { sent <- p.Send(ctx, nothing) }()
		synctest.Wait()
		release()
		require.NoError(t, <-sent)
		end(p, h)
		assert.EqualValues(t, 2, p.Info().Rejected)
	})
}

// A handler whose own context ends gives up waiting too.
func TestSendThatWaitsInAHandler(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		full, p := doer("full", withCapacity(1)), doer("p")
		hf, h := start(t, full), start(t, p)
		release := block(t, full)
		require.NoError(t, full.Send(ctx, nothing))
		var got error
		require.NoError(t, p.Send(ctx, func(ctx context.Context) error {
			got = full.Send(ctx, nothing)
			return got
		}))
		synctest.Wait()
		p.Stop(time.Minute)
		exit := <-h.ended
		require.ErrorIs(t, got, ErrShutdown)
		assert.Equal(t, Shutdown, exit.Kind)
		release()
		end(full, hf)
	})
}

func TestSendOfADroppedMessage(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for policy, want := range map[mailbox.Overflow][]string{
			mailbox.Reject:     {"0", "1"},
			mailbox.DropNewest: {"0", "1"},
			mailbox.DropOldest: {"2", "3"},
		} {
			var log, lost probe
			p := New(Spec[string]{
				Name:        "p",
				Mailbox:     mailbox.Config{Capacity: 2, Overflow: policy},
				DeadLetters: func(l DeadLetter[string]) { lost.add(l.Msg + " " + l.Reason.String()) },
				New: Make(func() Func[string] {
					return func(_ context.Context, s string) error { log.add(s); return nil }
				}),
			})
			var errs []error
			for n := range 4 {
				errs = append(errs, p.Send(ctx, strconv.Itoa(n)))
			}
			switch policy {
			case mailbox.Reject:
				assert.ErrorIs(t, errs[2], ErrMailboxFull)
				assert.ErrorIs(t, errs[2], ErrRetryable)
				assert.Empty(t, lost.take())
			case mailbox.DropNewest:
				assert.ErrorIs(t, errs[3], ErrDropped)
				assert.Equal(t, []string{"2 overflow", "3 overflow"}, lost.take())
			default:
				assert.NoError(t, errors.Join(errs...))
				assert.Equal(t, []string{"0 overflow", "1 overflow"}, lost.take())
			}
			h := start(t, p)
			synctest.Wait()
			assert.Equal(t, want, log.take())
			assert.Equal(t, "string", p.Type(), "a Func has the name of its messages")
			p.Stop(0)
			<-h.ended
		}
	})
}

func TestSendAllocatesNothing(t *testing.T) {
	p := New(Spec[numbered]{Name: "p", New: Make(func() *sum { return &sum{t: t, last: new([16]int)} })})
	h := start(t, p)
	ctx := context.Background()
	n := 0
	allocs := testing.AllocsPerRun(20000, func() {
		n++
		_ = p.Send(ctx, numbered{1, n})
	})
	assert.Zero(t, allocs)
	p.Stop(Forever)
	<-h.ended
}

func TestRefTellsTheName(t *testing.T) {
	p := New(Spec[int]{Name: "counter", New: Make(func() Func[int] { return nil })})
	assert.Equal(t, "counter", p.Ref.Name())
	assert.Empty(t, Ref[int]{}.Name())
}
