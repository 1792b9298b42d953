package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
	"github.com/understudy-go/understudy/examples/internal/audit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// opened /chat/sessions/ann
	// opened /chat/sessions/bernard
	// opened /chat/sessions/carla
	// dora is refused; later may do: true
	// Bonjour bernard, number 1
	// bernard crashes: panic: bad manners
	// Bonjour bernard, number 1
	// bernard has left: actor: stopped
	// ann has been asked to leave: actor: stopped
	// there is carla, running
	// there is dora, running
}

// A session counts its greetings anew after a crash, and ends when the user does.
func TestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := actortest.NewSolo(t, declare(User{"ann", "it"}))
		greet := func() string {
			ask := actortest.NewAsk[string](t)
			require.NoError(t, s.Send(Greet{ask.Reply}))
			return ask.Value()
		}
		assert.Equal(t, "Ciao ann, number 1", greet())
		assert.Equal(t, "Ciao ann, number 2", greet())
		require.ErrorContains(t, s.Send(Crash{}), "bad manners")
		require.NoError(t, s.Restart())
		assert.Equal(t, "Ciao ann, number 1", greet())
		require.ErrorIs(t, s.Send(Leave{}), actor.ErrStop)
	})
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestRunTellsWhyItFailed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, t.Output()), context.Canceled)
}
