package actor

import (
	"context"
	"log/slog"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/monitoring"
)

func TestL12DeadLettersAreGivenCountedAndRecorded(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var events monitoring.Memory[monitoring.MailboxEvent]
		telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{Monitors: monitoring.Monitors{Mailbox: &events}, Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		rt := NewRuntime(monitoring.NewIDs(), telemetry)
		var letters []DeadLetter[numbered]
		p := New(Spec[numbered]{
			Name:        "p",
			Type:        "Sum",
			New:         Make(func() *sum { return &sum{t: t, last: new([16]int)} }),
			Mailbox:     mailbox.Config{Capacity: 2, Overflow: mailbox.DropNewest},
			DeadLetters: func(l DeadLetter[numbered]) { letters = append(letters, l) },
		})
		h := newHost()
		p.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		p.Stop(Forever)
		<-h.ended
		for n := range 3 {
			_ = p.Send(ctx, numbered{1, n + 1})
		}
		p.Retire(errBoom)
		<-p.Done()
		now, stopped := time.Now(), stoppedBy(errBoom)
		assert.Equal(t, []DeadLetter[numbered]{
			{p.Ref, numbered{1, 3}, ReasonOverflow, now, "numbered", ErrDropped},
			{p.Ref, numbered{1, 1}, ReasonStopped, now, "numbered", stopped},
			{p.Ref, numbered{1, 2}, ReasonStopped, now, "numbered", stopped},
		}, letters)
		got := rt.DeadLetters()
		assert.Equal(t, map[DropReason]uint64{ReasonOverflow: 1, ReasonStopped: 2}, got.Counts)
		assert.EqualValues(t, 3, got.Total())
		require.Len(t, got.Recent, 3)
		assert.Equal(t, LetterRecord{"/p", "Sum", "numbered", ReasonOverflow, now}, got.Recent[0])
		require.NoError(t, telemetry.Close(ctx))
		dead := 0
		for _, e := range events.Snapshot().Recent {
			if e.Kind == monitoring.DeadLetter {
				dead++
			}
		}
		assert.Equal(t, 3, dead)
	})
}

func TestL12TheRingIsBounded(t *testing.T) {
	rt := NewRuntime(monitoring.NewIDs(), nil)
	for n := range keptLetters + 10 {
		rt.letters.add(LetterRecord{Message: strconv.Itoa(n)})
	}
	got := rt.DeadLetters()
	assert.EqualValues(t, keptLetters+10, got.Total())
	require.Len(t, got.Recent, keptLetters)
	assert.Equal(t, "10", got.Recent[0].Message, "oldest first")
	assert.Equal(t, strconv.Itoa(keptLetters+9), got.Recent[keptLetters-1].Message)
}

// A dead letter of an actor that never ran is counted; there is nobody else to
// tell.
func TestL12DeadLettersBeforeTheFirstStart(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("p")
		require.NoError(t, p.Send(ctx, nothing))
		p.Retire(nil)
		<-p.Done()
		assert.EqualValues(t, 1, p.Info().DeadLettered)
	})
}

func TestL3DropWaitingLeavesNothingToTheNextIncarnation(t *testing.T) {
	for _, says := range []Prospect{Ends, Renews} {
		bubble(t, func(t *testing.T, ctx context.Context) {
			var log probe
			rt := NewRuntime(monitoring.NewIDs(), nil)
			fail := true
			p := doer("p", func(s *Spec[do]) {
				s.DropWaiting = true
				s.DeadLetters = func(l DeadLetter[do]) { log.add("dead: " + l.Reason.String()) }
			}, withNew(func(context.Context, *Self[do]) (Actor[do], error) {
				if fail {
					return nil, errBoom
				}
				return plain{}, nil
			}))
			o := &overseer{newHost(), always(says), make(chan Exit, 16), make(chan continued, 16)}
			require.NoError(t, p.Send(ctx, log.adds("early")))
			p.Start(rt.Context(ctx), o)
			require.ErrorIs(t, <-o.started, errBoom)
			assert.Equal(t, 1, p.Info().Depth, "an incarnation that never was drops nothing")
			fail = false
			p.Start(rt.Context(ctx), o)
			require.NoError(t, <-o.started)
			synctest.Wait()
			assert.Equal(t, []string{"early"}, log.take())

			release := block(t, p)
			require.NoError(t, p.Send(ctx, fails))
			require.NoError(t, p.Send(ctx, log.adds("waits")))
			errs := make(chan error, 1)
			go func() {
				_, err := call(ctx, p, func(context.Context) int { return 1 })
				errs <- err
			}()
			synctest.Wait()
			release()
			err := <-errs
			require.ErrorIs(t, err, ErrNoReply)
			require.ErrorIs(t, err, errBoom)
			synctest.Wait()
			assert.Equal(t, []string{"dead: restart", "dead: restart"}, log.take())
			assert.Equal(t, map[DropReason]uint64{ReasonRestart: 2}, rt.DeadLetters().Counts)
			sent := 5
			if says == Ends {
				<-o.ended
				sent++
				require.NoError(t, p.Send(ctx, log.adds("between")))
				p.Start(rt.Context(ctx), o)
				require.NoError(t, <-o.started)
				synctest.Wait()
				assert.Equal(t, []string{"between"}, log.take())
			} else {
				<-o.continued
			}
			balanced(t, p, sent)
			p.Retire(nil)
			p.Stop(Forever)
			<-p.Done()
			assert.Zero(t, p.Info().Depth)
		})
	}
}

// What waits when the address ends, too, is there because of that.
func TestL3DropWaitingAtTheEndOfTheAddress(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var reasons []DropReason
		p := doer("p", func(s *Spec[do]) {
			s.DropWaiting = true
			s.DeadLetters = func(l DeadLetter[do]) { reasons = append(reasons, l.Reason) }
		})
		h := start(t, p)
		release := block(t, p)
		require.NoError(t, p.Send(ctx, nothing))
		p.Retire(nil)
		p.Stop(Forever)
		release()
		<-h.ended
		<-p.Done()
		assert.Equal(t, []DropReason{ReasonStopped}, reasons)
		balanced(t, p, 2)
	})
}
