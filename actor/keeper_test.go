package actor

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

// An inquiry is a question that is answered as it says.
type inquiry struct {
	reply  Reply[int]
	number int
	manner int
	cancel context.CancelFunc
}

// An unreliable actor answers each question with its number, and some twice, late,
// or after the asker has been told to give up. It counts its answers.
type unreliable struct {
	answers *atomic.Int64
	others  *sync.WaitGroup // that answer for it
	earlier []Reply[int]    // that were answered
}

func (u *unreliable) Receive(_ context.Context, q inquiry) error {
	send := func(r Reply[int], n int) {
		u.answers.Add(1)
		r.Send(n)
	}
	switch q.manner {
	case 0: // twice at once
		send(q.reply, q.number)
		send(q.reply, -1)
	case 1: // when the asker may have given up
		q.cancel()
		send(q.reply, q.number)
		u.earlier = append(u.earlier, q.reply)
	case 2: // together with all that were answered before
		for _, r := range u.earlier {
			send(r, -2)
		}
		u.earlier = u.earlier[:0]
		send(q.reply, q.number)
	case 3: // by another goroutine, perhaps while the next one is handled
		u.others.Go(func() {
			send(q.reply, q.number)
			send(q.reply, -3)
		})
	default:
		send(q.reply, q.number)
	}
	return nil
}

// The memory of an ask is used again, but no answer reaches another ask than its
// own: each one is what an asker was given, or late.
func TestL10AnswersReachTheirOwnAskOnly(t *testing.T) {
	const actors, askers, asks = 3, 8, 2000
	rt := NewRuntime(monitoring.NewIDs(), nil)
	rt.Employ()
	var answers, heard atomic.Int64
	var others sync.WaitGroup
	var refs [actors]*Process[inquiry]
	var hosts [actors]*host
	for i := range refs {
		refs[i] = New(Spec[inquiry]{Name: "unreliable", New: Make(func() Actor[inquiry] { return &unreliable{answers: &answers, others: &others} })})
		hosts[i] = newHost()
		refs[i].Start(rt.Context(t.Context()), hosts[i])
		require.NoError(t, <-hosts[i].started)
	}
	var wg sync.WaitGroup
	for asker := range askers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(asker)))
			for n := range asks {
				ctx, cancel := context.WithCancel(context.Background())
				number := asker*asks + n
				got, err := Ask(ctx, refs[random.IntN(actors)].Ref, func(r Reply[int]) inquiry {
					return inquiry{r, number, random.IntN(8), cancel}
				})
				if err == nil {
					heard.Add(1)
					assert.Equal(t, number, got)
				} else {
					assert.ErrorIs(t, err, context.Canceled)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	var late uint64
	for i, p := range refs {
		p.Stop(Forever)
		<-hosts[i].ended
	}
	require.NoError(t, rt.Dismiss(t.Context()))
	others.Wait()
	for _, p := range refs {
		late += p.Info().LateReplies
	}
	assert.Equal(t, answers.Load(), heard.Load()+int64(late))
	assert.Less(t, heard.Load(), answers.Load(), "some were late")
}
