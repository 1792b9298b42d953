package actor_test

import (
	"context"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// A Door lets nobody through until it is opened.
type Door struct {
	stash *actor.Stash[string]
	open  bool
}

func NewDoor(_ context.Context, self *actor.Self[string]) (actor.Actor[string], error) {
	return &Door{stash: actor.NewStash(self, 10)}, nil
}

func (d *Door) Receive(_ context.Context, msg string) error {
	switch {
	case msg == "open":
		d.open = true
		fmt.Println(d.stash.Len(), "wait")
		d.stash.Release()
	case d.open:
		fmt.Println(msg)
	default:
		return d.stash.Hold()
	}
	return nil
}

func ExampleStash() {
	ctx := context.Background()
	door := actor.New(actor.Spec[string]{Name: "door", New: NewDoor})
	for _, msg := range []string{"Ada", "Grace", "open", "Barbara"} {
		_ = door.Send(ctx, msg)
	}
	p := newParent()
	door.Start(ctx, p)
	<-p.started
	door.Drain(time.Second)
	<-p.ended
	// Output:
	// 2 wait
	// Ada
	// Grace
	// Barbara
	// ended: shutdown
}
