package actor_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// parent prints how an actor ends. In a program this is a supervisor's part.
type parent struct{ started, ended chan struct{} }

func newParent() *parent { return &parent{make(chan struct{}), make(chan struct{})} }

func (p *parent) Started(error) { close(p.started) }
func (p *parent) Ended(exit actor.Exit) {
	fmt.Println("ended:", exit)
	close(p.ended)
}

type Greeter struct{ greeted int }

func NewGreeter() *Greeter { return new(Greeter) }

func (g *Greeter) Receive(_ context.Context, name string) error {
	g.greeted++
	fmt.Printf("hello %s, you are no. %d\n", name, g.greeted)
	return nil
}

func Example() {
	ctx := context.Background()
	greeter := actor.New(actor.Spec[string]{Name: "greeter", New: actor.Make(NewGreeter)})
	_ = greeter.Send(ctx, "Ada")
	_ = greeter.Send(ctx, "Grace")

	p := newParent()
	greeter.Start(ctx, p)
	<-p.started
	greeter.Drain(time.Second)
	<-p.ended
	// Output:
	// hello Ada, you are no. 1
	// hello Grace, you are no. 2
	// ended: shutdown
}

type Get struct{ Reply actor.Reply[string] }

func ExampleAsk() {
	ctx := context.Background()
	weather := actor.New(actor.Spec[Get]{
		Name: "weather",
		New: actor.Make(func() actor.Func[Get] {
			return func(_ context.Context, msg Get) error {
				msg.Reply.Send("sunny")
				return nil
			}
		}),
	})
	p := newParent()
	weather.Start(ctx, p)

	answer, err := actor.Ask(ctx, weather.Ref, func(r actor.Reply[string]) Get { return Get{r} })
	fmt.Println(answer, err)
	weather.Stop(time.Second)
	<-p.ended
	// Output:
	// sunny <nil>
	// ended: shutdown
}

// A question does not wait for an answer that will not come.
func ExampleAsk_failure() {
	ctx := context.Background()
	weather := actor.New(actor.Spec[Get]{
		Name: "weather",
		New: actor.Make(func() actor.Func[Get] {
			return func(context.Context, Get) error { return errors.New("the sky has fallen") }
		}),
	})
	p := newParent()
	weather.Start(ctx, p)

	_, err := actor.Ask(ctx, weather.Ref, func(r actor.Reply[string]) Get { return Get{r} })
	fmt.Println("asked:", err)
	<-p.ended
	// Unordered output:
	// asked: the sky has fallen
	// ended: failure on Get: the sky has fallen
}

// Sensor has a stop hook, which runs after a failure too.
type Sensor struct{}

func (Sensor) Receive(_ context.Context, celsius float64) error {
	if celsius < -273.15 {
		return fmt.Errorf("%v °C is colder than cold", celsius)
	}
	return nil
}

func (Sensor) Stopped(_ context.Context, exit actor.Exit) error {
	fmt.Println("closing the port after a", exit.Kind)
	return nil
}

func ExampleStopper() {
	ctx := context.Background()
	sensor := actor.New(actor.Spec[float64]{Name: "sensor", New: actor.Make(func() Sensor { return Sensor{} })})
	p := newParent()
	sensor.Start(ctx, p)
	_ = sensor.Send(ctx, -300)
	<-p.ended
	// Output:
	// closing the port after a failure
	// ended: failure on float64: -300 °C is colder than cold
}

// Ticker counts down with timers, and ends itself.
func ExampleSelf_After() {
	ctx := context.Background()
	countdown := actor.New(actor.Spec[int]{
		Name: "countdown",
		New: func(_ context.Context, self *actor.Self[int]) (actor.Actor[int], error) {
			self.After(0, 3)
			return actor.Func[int](func(_ context.Context, n int) error {
				if n == 0 {
					return actor.ErrStop
				}
				fmt.Println(n)
				self.After(time.Millisecond, n-1)
				return nil
			}), nil
		},
	})
	p := newParent()
	countdown.Start(ctx, p)
	<-p.ended
	// Output:
	// 3
	// 2
	// 1
	// ended: normal
}

// An actor that starts its child again whenever it has failed.
func ExampleSelf_Start() {
	ctx := context.Background()
	worker := actor.New(actor.Spec[string]{
		Name: "worker",
		New: actor.Make(func() actor.Func[string] {
			return func(_ context.Context, task string) error {
				if task == "impossible" {
					return errors.New("no way")
				}
				fmt.Println("did", task)
				return actor.ErrStop
			}
		}),
	})
	boss := actor.New(actor.Spec[actor.Event]{
		Name: "boss",
		New: func(_ context.Context, self *actor.Self[actor.Event]) (actor.Actor[actor.Event], error) {
			asIs := func(e actor.Event) actor.Event { return e }
			return actor.Func[actor.Event](func(_ context.Context, e actor.Event) error {
				switch {
				case e.Kind != actor.ChildEnded:
					return nil
				case e.Exit.Kind.Abnormal():
					fmt.Println("again, because of a", e.Exit)
					return self.Start(worker, asIs)
				default:
					return actor.ErrStop
				}
			}), self.Start(worker, asIs)
		},
	})
	_ = worker.Send(ctx, "impossible")
	_ = worker.Send(ctx, "the dishes")
	p := newParent()
	boss.Start(ctx, p)
	<-p.ended
	// Output:
	// again, because of a failure on string: no way
	// did the dishes
	// ended: normal
}

// A message that will not be handled is not lost without a trace.
func ExampleSpec_deadLetters() {
	ctx := context.Background()
	orders := actor.New(actor.Spec[string]{
		Name: "orders",
		New:  actor.Make(NewGreeter),
		DeadLetters: func(l actor.DeadLetter[string]) {
			fmt.Printf("%s: %s: %s\n", l.To, l.Reason, l.Msg)
		},
	})
	_ = orders.Send(ctx, "two pies")
	orders.Retire(nil)
	<-orders.Done()
	fmt.Println(orders.Send(ctx, "one more"))
	// Output:
	// orders: stopped: two pies
	// actor: stopped
}
