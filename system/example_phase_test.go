package system_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A clerk says when it stops.
type clerk struct{}

func (clerk) Receive(context.Context, string) error { return nil }

func (clerk) Stopped(context.Context, actor.Exit) error {
	fmt.Println("the clerk goes home")
	return nil
}

func ExampleActorSystem_OnShutdown() {
	ctx := context.Background()
	sys, err := system.Start(ctx, system.Config{Name: "shop", Root: supervision.Spec{Children: []supervision.Child{
		{Process: actor.New(actor.Spec[string]{Name: "clerk", New: actor.Make(func() clerk { return clerk{} })})},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	says := func(text string, err error) func(context.Context) error {
		return func(context.Context) error {
			fmt.Println(text)
			return err
		}
	}
	for phase, task := range map[string]system.Task{
		system.PhaseDrain:   {Name: "door", Run: says("the door is closed", nil)},
		system.PhaseRelease: {Name: "till", Run: says("the till is counted", errors.New("a cent is missing"))},
	} {
		if err := sys.OnShutdown(phase, task); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(sys.Shutdown(ctx))
	// Output:
	// the door is closed
	// the clerk goes home
	// the till is counted
	// system: shutdown task release/till: a cent is missing
}
