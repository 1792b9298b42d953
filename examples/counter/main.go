// Counter starts one supervised actor, sends it a message, and asks it a
// question.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

type Msg interface{ counter() }

type Inc struct{ By int }
type Get struct{ Reply actor.Reply[int] }

func (Inc) counter() {}
func (Get) counter() {}

type Counter struct{ n int }

func NewCounter() *Counter { return new(Counter) }

func (c *Counter) Receive(_ context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Inc:
		c.n += msg.By
	case Get:
		msg.Reply.Send(c.n)
	}
	return nil
}

func run(ctx context.Context) error {
	counter := actor.New(actor.Spec[Msg]{Name: "counter", New: actor.Make(NewCounter)})
	sys, err := system.Start(ctx, system.Config{Name: "tally", Root: supervision.Spec{
		Strategy: supervision.OneForOne,
		Children: []supervision.Child{{Process: counter}},
	}})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	if err := counter.Send(ctx, Inc{By: 1}); err != nil {
		return err
	}
	n, err := actor.Ask(ctx, counter.Ref, func(r actor.Reply[int]) Msg { return Get{r} })
	fmt.Println(n)
	return err
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
