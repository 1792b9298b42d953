package topic_test

import (
	"context"
	"fmt"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

type Price struct {
	Of    string
	Cents int
}

// A display takes prices as they are.
type display struct{ lines chan<- string }

func (d display) Receive(_ context.Context, p Price) error {
	d.lines <- fmt.Sprintf("%s now costs %d", p.Of, p.Cents)
	return nil
}

func Example() {
	prices := topic.New[Price](topic.Spec{Name: "prices"})
	lines := make(chan string, 2)
	shown := actor.New(actor.Spec[Price]{Name: "display", New: actor.Make(func() display { return display{lines} })})
	ctx := context.Background()
	sys, err := system.Start(ctx, system.Config{Name: "shop", Root: supervision.Spec{Children: []supervision.Child{
		{Process: prices}, {Process: shown},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := prices.Subscribe(shown.Ref, topic.Block); err != nil {
		fmt.Println(err)
	}
	for _, p := range []Price{{"tea", 310}, {"milk", 95}} {
		if err := prices.Publish(ctx, p); err != nil {
			fmt.Println(err)
		}
		fmt.Println(<-lines)
	}
	if err := sys.Shutdown(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Println(prices.Stats().Delivered, "delivered")
	// Output:
	// tea now costs 310
	// milk now costs 95
	// 2 delivered
}

// An actor with messages of its own type subscribes with a function.
func ExampleSubscribeFunc() {
	prices := topic.New[Price](topic.Spec{Name: "prices"})
	lines := actor.New(actor.Spec[string]{Name: "lines", New: actor.Make(func() actor.Func[string] {
		return func(context.Context, string) error { return nil }
	})})
	err := topic.SubscribeFunc(prices, lines.Ref, topic.Drop, func(p Price) string { return p.Of })
	fmt.Println(err, prices.Subscribers())
	// Output: <nil> [{lines drop 0}]
}
