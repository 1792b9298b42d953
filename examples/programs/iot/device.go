package main

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// A DeviceMsg is what a device takes.
type DeviceMsg interface{ device() }

// Beat has the device report, and comes from its own clock.
type Beat struct{}

// Break has the device fall silent.
type Break struct{}

func (Beat) device()  {}
func (Break) device() {}

// A Device reports to its fleet.
type Device struct {
	slot   int
	fleet  actor.Ref[FleetMsg]
	timers *actor.Timers[string, DeviceMsg]
}

// device declares the device in a slot.
func device(slot int, fleet actor.Ref[FleetMsg], beat time.Duration) actor.Spec[DeviceMsg] {
	return actor.Spec[DeviceMsg]{New: actor.MakeWith(func(self *actor.Self[DeviceMsg]) *Device {
		timers := actor.NewTimers[string](self)
		timers.Every("beat", beat, Beat{})
		return &Device{slot: slot, fleet: fleet, timers: timers}
	})}
}

// Receive implements actor.Actor.
func (d *Device) Receive(ctx context.Context, msg DeviceMsg) error {
	switch msg.(type) {
	case Beat:
		return d.fleet.Send(ctx, Heartbeat{d.slot})
	case Break:
		d.timers.Cancel("beat")
	}
	return nil
}
