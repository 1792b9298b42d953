// Elevator is a lift as a state machine. It rests, moves from floor to floor, or
// stands with its doors open, which close by themselves, later if somebody is in
// the way. Who calls it while it is busy is put aside until it rests.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

type State string

const (
	Resting State = "resting"
	Moving  State = "moving"
	Open    State = "open"
)

// Msg is what an elevator takes.
type Msg interface{ elevator() }

type Call struct {
	Floor int
	Here  actor.Reply[time.Time] // when the doors have opened there
}
type Block struct{}  // somebody is in the way of the doors
type passed struct{} // another floor
type closed struct{} // the doors

func (Call) elevator()   {}
func (Block) elevator()  {}
func (passed) elevator() {}
func (closed) elevator() {}

// An Elevator takes as long for each floor as its doors stay open.
type Elevator struct {
	*actor.Machine[State, Msg]
	stash *actor.Stash[Msg]
	out   io.Writer
	start time.Time
	floor int
	call  Call // that it moves for
}

func elevator(out io.Writer, pace time.Duration) actor.Spec[Msg] {
	return actor.Spec[Msg]{Name: "elevator", New: func(_ context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
		e := &Elevator{stash: actor.NewStash(self, 20), out: out, start: time.Now()}
		e.Machine = actor.NewMachine(self, Resting, map[State]actor.State[State, Msg]{
			Resting: {Receive: e.resting},
			Moving:  {Receive: e.moving, Timeout: pace, OnTimeout: passed{}},
			Open:    {Receive: e.open, Timeout: pace, OnTimeout: closed{}},
		})
		return e, nil
	}}
}

func (e *Elevator) resting(_ context.Context, msg Msg) (State, error) {
	call, ok := msg.(Call)
	if !ok {
		return Resting, nil
	}
	if e.call = call; call.Floor == e.floor {
		return e.opened()
	}
	e.tell(fmt.Sprint("is called to ", call.Floor))
	return Moving, nil
}

func (e *Elevator) moving(_ context.Context, msg Msg) (State, error) {
	switch msg.(type) {
	case Call:
		return Moving, e.stash.Hold()
	case passed:
		if e.call.Floor > e.floor {
			e.floor++
		} else {
			e.floor--
		}
		if e.floor == e.call.Floor {
			return e.opened()
		}
		e.ResetTimeout()
	}
	return Moving, nil
}

func (e *Elevator) open(_ context.Context, msg Msg) (State, error) {
	switch msg := msg.(type) {
	case Call:
		if msg.Floor != e.floor {
			return Open, e.stash.Hold()
		}
		msg.Here.Send(time.Now())
		e.ResetTimeout()
	case Block:
		e.tell("is blocked")
		e.ResetTimeout()
	case closed:
		e.tell("closes")
		e.stash.Release()
		return Resting, nil
	}
	return Open, nil
}

func (e *Elevator) opened() (State, error) {
	e.tell("opens")
	e.call.Here.Send(time.Now())
	return Open, nil
}

func (e *Elevator) tell(text string) {
	fmt.Fprintf(e.out, "%.1fs at %d %s\n", time.Since(e.start).Seconds(), e.floor, text)
}

// A Rider calls the elevator and may be in its way for a moment.
type Rider struct {
	name   string
	after  time.Duration
	floor  int
	blocks bool
}

// ride returns how long the rider has waited.
func (r Rider) ride(ctx context.Context, lift actor.Ref[Msg], pace time.Duration) (time.Duration, error) {
	time.Sleep(r.after)
	called := time.Now()
	here, err := actor.Ask(ctx, lift, func(here actor.Reply[time.Time]) Msg { return Call{r.floor, here} })
	if err == nil && r.blocks {
		time.Sleep(pace / 2)
		err = lift.Send(ctx, Block{})
	}
	return here.Sub(called), err
}

func run(ctx context.Context, out io.Writer, pace time.Duration) error {
	lift := actor.New(elevator(out, pace))
	sys, err := system.Start(ctx, system.Config{Name: "house", Root: supervision.Spec{
		Children: []supervision.Child{{Process: lift}},
	}})
	if err != nil {
		return err
	}
	riders := []Rider{
		{"ann", 0, 3, false},
		{"bob", pace / 2, 1, false},
		{"eve", pace * 7 / 2, 3, true},
	}
	var waited []time.Duration
	for d, failed := range actor.ParallelMap(ctx, slices.Values(riders), len(riders), func(ctx context.Context, r Rider) (time.Duration, error) {
		return r.ride(ctx, lift.Ref, pace)
	}) {
		waited = append(waited, d)
		err = errors.Join(err, failed)
	}
	err = errors.Join(err, sys.Shutdown(context.WithoutCancel(ctx))) // after that nobody else writes
	for i, r := range riders {
		fmt.Fprintf(out, "%s waited %v\n", r.name, waited[i].Round(pace/2))
	}
	return err
}

func main() {
	if err := run(context.Background(), os.Stdout, time.Second); err != nil {
		log.Fatal(err)
	}
}
