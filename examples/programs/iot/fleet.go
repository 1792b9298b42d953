package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/supervision"
)

// An Alarm is what is published about a device.
type Alarm struct{ Device, Text string }

// A FleetMsg is what the fleet takes.
type FleetMsg interface{ fleet() }

// Heartbeat says that the device in a slot is well.
type Heartbeat struct{ Slot int }

// Silent says that it has not been heard of for three beats.
type Silent struct{ Slot int }

// Installed says that there is another device in a slot.
type Installed struct {
	Slot   int
	Device actor.Ref[DeviceMsg]
	Err    error
}

// Find asks for the device in a slot.
type Find struct {
	Slot  int
	Reply actor.Reply[actor.Ref[DeviceMsg]]
}

func (Heartbeat) fleet() {}
func (Silent) fleet()    {}
func (Installed) fleet() {}
func (Find) fleet()      {}

// A Fleet has a device in each slot, and replaces those that fall silent.
type Fleet struct {
	self     *actor.Self[FleetMsg]
	garage   actor.Ref[supervision.Message]
	install  func(ctx context.Context, slot int) (actor.Ref[DeviceMsg], error)
	alarms   *topic.Topic[Alarm]
	patience time.Duration
	silence  *actor.Timers[int, FleetMsg]
	devices  map[int]actor.Ref[DeviceMsg]
}

func newFleet(
	garage actor.Ref[supervision.Message], alarms *topic.Topic[Alarm], beat time.Duration,
) func(context.Context, *actor.Self[FleetMsg]) (actor.Actor[FleetMsg], error) {
	return func(ctx context.Context, self *actor.Self[FleetMsg]) (actor.Actor[FleetMsg], error) {
		f := &Fleet{
			self: self, garage: garage, alarms: alarms, patience: 3*beat + beat/2,
			silence: actor.NewTimers[int](self),
			devices: make(map[int]actor.Ref[DeviceMsg]),
		}
		f.install = supervision.Template(garage, "device", func(slot int) actor.Spec[DeviceMsg] {
			return device(slot, self.Ref(), beat)
		})
		for slot := range devices {
			ref, err := f.install(ctx, slot)
			if err != nil {
				return nil, err
			}
			f.installed(slot, ref)
		}
		return f, nil
	}
}

func (f *Fleet) installed(slot int, ref actor.Ref[DeviceMsg]) {
	f.devices[slot] = ref
	f.silence.After(slot, f.patience, Silent{slot})
}

// Receive implements actor.Actor.
func (f *Fleet) Receive(ctx context.Context, msg FleetMsg) error {
	switch msg := msg.(type) {
	case Heartbeat:
		f.silence.After(msg.Slot, f.patience, Silent(msg))
	case Silent:
		old := f.devices[msg.Slot]
		// The supervisor is not waited for: others go on reporting meanwhile.
		actor.Async(f.self, func(ctx context.Context) (actor.Ref[DeviceMsg], error) {
			if err := supervision.TerminateRef(ctx, f.garage, old); err != nil {
				return actor.Ref[DeviceMsg]{}, err
			}
			return f.install(ctx, msg.Slot)
		}, func(ref actor.Ref[DeviceMsg], err error) FleetMsg { return Installed{msg.Slot, ref, err} })
		return f.alarms.Publish(ctx, Alarm{old.Name(), "is silent"})
	case Installed:
		if msg.Err != nil {
			return msg.Err
		}
		old := f.devices[msg.Slot]
		f.installed(msg.Slot, msg.Device)
		return f.alarms.Publish(ctx, Alarm{old.Name(), "is replaced by " + msg.Device.Name()})
	case Find:
		msg.Reply.Send(f.devices[msg.Slot])
	}
	return nil
}

// A ConsoleMsg is what the console takes: alarms, and questions about them.
type ConsoleMsg interface{ console() }

// Seen is answered as soon as there were that many alarms.
type Seen struct {
	Alarms int
	Reply  actor.Reply[int]
}

func (Alarm) console() {}
func (Seen) console()  {}

// A Console shows alarms.
type Console struct {
	out   io.Writer
	seen  int
	asked []Seen
}

// Receive implements actor.Actor.
func (c *Console) Receive(_ context.Context, msg ConsoleMsg) error {
	switch msg := msg.(type) {
	case Alarm:
		c.seen++
		fmt.Fprintln(c.out, "alarm:", msg.Device, msg.Text)
	case Seen:
		c.asked = append(c.asked, msg)
	}
	c.asked = slices.DeleteFunc(c.asked, func(q Seen) bool {
		if c.seen < q.Alarms {
			return false
		}
		q.Reply.Send(c.seen)
		return true
	})
	return nil
}
