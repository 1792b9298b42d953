package main

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out, time.Hour))
		require.Equal(t, `0 carts were open; that of ann has [tea]
1 carts were open; that of bob has [nails]
2 carts were open; that of ann has [tea milk]
1 carts were open; that of ann has [tea milk sugar]
1 carts were open; that of bob has [nails hammer]
`, out.String())
	})
}

// Clients that come at the very moment at which the cart is put away, several at
// once, lose nothing.
func TestNothingIsLostWhenACartIsPutAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(Store)
		carts, err := Open(t.Context(), store, time.Minute)
		require.NoError(t, err)
		for range 50 {
			var clients sync.WaitGroup
			for range 3 {
				clients.Go(func() {
					_, err := carts.Add(t.Context(), "ann", "tea")
					assert.NoError(t, err)
				})
			}
			clients.Wait()
			time.Sleep(time.Minute)
		}
		require.NoError(t, carts.sys.Shutdown(t.Context()))
		require.Equal(t, slices.Repeat([]string{"tea"}, 150), store.Load("ann"))
	})
}

func TestCartIsPutAwayUnlessItHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(Store)
		spec := actortest.Inject(cart("ann", store, time.Hour), actortest.Faults[Msg]{Messages: []int{2}})
		c := actortest.NewSolo(t, spec)
		require.NoError(t, c.Send(Add{Item: "tea"}))
		require.ErrorIs(t, c.Send(Add{Item: "milk"}), actortest.ErrInjected)
		require.Empty(t, store.Load("ann"))

		require.NoError(t, c.Restart())
		require.NoError(t, c.Send(Add{Item: "sugar"}))
		require.ErrorIs(t, c.Advance(time.Hour), actor.ErrStop)
		require.Equal(t, []string{"sugar"}, store.Load("ann"))
	})
}
