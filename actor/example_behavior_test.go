package actor_test

import (
	"context"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// Polite greets once; then it becomes Curt.
type Polite struct{ *actor.Behaviors[string] }

func (p Polite) Receive(_ context.Context, name string) error {
	fmt.Println("how do you do,", name)
	p.Become(Curt{})
	return nil
}

type Curt struct{}

func (Curt) Receive(_ context.Context, name string) error {
	fmt.Println("hi,", name)
	return nil
}

func ExampleBehaviors() {
	ctx := context.Background()
	b := new(actor.Behaviors[string])
	b.Become(Polite{b})
	_ = b.Receive(ctx, "Ada") // as the actor's run does
	_ = b.Receive(ctx, "Grace")
	// Output:
	// how do you do, Ada
	// hi, Grace
}

// A lamp that goes off by itself.
func ExampleMachine() {
	lamp := actor.New(actor.Spec[string]{
		Name: "lamp",
		New: func(_ context.Context, self *actor.Self[string]) (actor.Actor[string], error) {
			return actor.NewMachine(self, "off", map[string]actor.State[string, string]{
				"off": {Receive: func(_ context.Context, msg string) (string, error) {
					fmt.Println("off:", msg)
					return "on", nil
				}},
				"on": {Receive: func(_ context.Context, msg string) (string, error) {
					fmt.Println("on:", msg)
					return "off", actor.ErrStop
				}, Timeout: time.Millisecond, OnTimeout: "time is up"},
			}), nil
		},
	})
	_ = lamp.Send(context.Background(), "pressed")
	p := newParent()
	lamp.Start(context.Background(), p)
	<-p.ended
	// Output:
	// off: pressed
	// on: time is up
	// ended: normal
}
