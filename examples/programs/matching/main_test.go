package main

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out)) // nothing of it waits for a time
	require.Equal(t, `jay buys 2 at 100: trades [jay<ida 1 at 100 jay<hal 1 at 100]
ann sells 5 at 102: trades []
bob sells 5 at 101: trades []
cid sells 5 at 101: trades []
dot buys 7 at 101: trades [dot<bob 5 at 101 dot<cid 2 at 101]
eve buys 0 at 100: trades [], refused: quantity must be positive
crash: panic: runtime error: index out of range [0] with length 0
fay buys 2 at 100: trades []
spread 1, by book number 2
gus buys 10 at 105: trades [gus<cid 3 at 101 gus<ann 5 at 102]
`, out.String())
}

// An order of which the journal does not know must have no effect, so the book
// ends with the journal's error, and its customer is told that.
func TestBookWithoutJournal(t *testing.T) {
	errDisk := errors.New("disk full")
	synctest.Test(t, func(t *testing.T) {
		journal := actortest.NewProbe[JournalMsg](t, "journal")
		journal.Answer(func(msg JournalMsg) bool {
			switch msg := msg.(type) {
			case Replay:
				msg.Reply.Send([]Order{{"ann", Sell, 100, 1}})
			case Append:
				msg.Reply.Fail(errDisk)
			}
			return true
		})
		b := actortest.NewSolo(t, book(journal.Ref))
		_, err := actor.Ask(t.Context(), b.Ref, func(r actor.Reply[[]Trade]) BookMsg {
			return Place{Order: Order{"bob", Buy, 100, 1}, Reply: r}
		})
		require.ErrorIs(t, err, errDisk)
		synctest.Wait()
		require.ErrorIs(t, b.Err(), errDisk)
	})
}
