package actor_test

import (
	"context"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// A Kettle whistles until somebody takes it off the fire.
type Kettle struct {
	timers  *actor.Timers[string, string]
	whistle int
}

func NewKettle(_ context.Context, self *actor.Self[string]) (actor.Actor[string], error) {
	k := &Kettle{timers: actor.NewTimers[string](self)}
	k.timers.After("boil", 5*time.Millisecond, "boils")
	return k, nil
}

func (k *Kettle) Receive(_ context.Context, msg string) error {
	switch msg {
	case "boils":
		fmt.Println("the water boils")
		k.timers.Every("whistle", time.Millisecond, "whistle")
	case "whistle":
		fmt.Println("whistle")
		if k.whistle++; k.whistle == 2 {
			fmt.Println("taken off:", k.timers.Cancel("whistle"))
			return actor.ErrStop
		}
	}
	return nil
}

func ExampleTimers() {
	p := newParent()
	kettle := actor.New(actor.Spec[string]{Name: "kettle", New: NewKettle})
	kettle.Start(context.Background(), p)
	<-p.ended
	// Output:
	// the water boils
	// whistle
	// whistle
	// taken off: true
	// ended: normal
}

func ExampleSelf_Passivate() {
	ctx := context.Background()
	session := actor.New(actor.Spec[string]{
		Name: "session",
		New: func(_ context.Context, self *actor.Self[string]) (actor.Actor[string], error) {
			self.Passivate(5 * time.Millisecond)
			return actor.Func[string](func(_ context.Context, msg string) error {
				fmt.Println(msg)
				return nil
			}), nil
		},
	})
	_ = session.Send(ctx, "hello")
	p := newParent()
	session.Start(ctx, p)
	<-p.ended // nobody has asked it to
	// Output:
	// hello
	// ended: normal
}
