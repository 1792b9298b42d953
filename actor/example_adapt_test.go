package actor_test

import (
	"context"
	"fmt"

	"github.com/understudy-go/understudy/actor"
)

// A Price is what some other package's actors send to whoever subscribes.
type Price struct{ Cents int }

// The actor takes strings; the adapter makes one of each price.
func ExampleAdapt() {
	play(func(self *actor.Self[string]) {
		prices := actor.Adapt(self, func(p Price) string { return fmt.Sprintf("it costs %d.%02d", p.Cents/100, p.Cents%100) })
		_ = prices.Send(context.Background(), Price{1999})
	})
	// Output:
	// it costs 19.99
	// ended: normal
}
