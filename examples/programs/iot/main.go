// Program iot looks after a fleet of devices. Each is an actor under a dynamic
// supervisor, and reports at a fixed rate to the fleet. One falls silent: that is
// no failure that its supervisor could see, so the fleet finds it by the clock,
// raises an alarm, and has another device take its place.
//
//	go run ./examples/programs/iot
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

const devices = 12

// run has one device of the fleet fall silent, and writes what comes of it. beat
// is the time between two heartbeats of a device.
func run(ctx context.Context, out io.Writer, beat time.Duration) (err error) {
	alarms := topic.New[Alarm](topic.Spec{Name: "alarms"})
	garage := supervision.NewDynamic(supervision.Spec{Name: "devices", MaxChildren: 2 * devices})
	fleet := actor.New(actor.Spec[FleetMsg]{Name: "fleet", New: newFleet(garage.Ref, alarms, beat)})
	console := actor.New(actor.Spec[ConsoleMsg]{Name: "console", New: actor.Make(func() *Console {
		return &Console{out: out}
	})})
	err = topic.SubscribeFunc(alarms, console.Ref, topic.Block, func(a Alarm) ConsoleMsg { return a })
	if err != nil {
		return err
	}

	// What the fleet knows of the devices, and the devices, begin anew together.
	sys, err := system.Start(ctx, system.Config{Name: "plant", Root: supervision.Spec{
		Strategy: supervision.OneForAll,
		Children: []supervision.Child{{Process: alarms}, {Process: console}, {Process: garage}, {Process: fleet}},
	}})
	if err != nil {
		return err
	}
	defer func() {
		if down := sys.Shutdown(ctx); err == nil {
			err = down
		}
	}()

	victim, err := actor.Ask(ctx, fleet.Ref, func(r actor.Reply[actor.Ref[DeviceMsg]]) FleetMsg { return Find{7, r} })
	if err != nil {
		return err
	}
	if err := victim.Send(ctx, Break{}); err != nil {
		return err
	}
	// The first alarm says that it is silent, the second that it is replaced.
	if _, err := actor.Ask(ctx, console.Ref, func(r actor.Reply[int]) ConsoleMsg { return Seen{2, r} }); err != nil {
		return err
	}
	if _, err := actor.Await(ctx, victim); err != nil {
		return err
	}
	count, err := supervision.Count(ctx, garage.Ref)
	fmt.Fprintln(out, count.Active, "devices report")
	return err
}

func main() {
	if err := run(context.Background(), os.Stdout, 100*time.Millisecond); err != nil {
		log.Fatal(err)
	}
}
