package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/understudy-go/understudy/actor"
)

// ErrRecord: a record is not what it should be.
var ErrRecord = errors.New("bad record")

// A LoadMsg is what the loader takes.
type LoadMsg interface{ load() }

// Record is a line to be loaded.
type Record struct{ Line string }

// Commit is answered when all that was sent before has been dealt with.
type Commit struct{ Reply actor.Reply[struct{}] }

func (Record) load() {}
func (Commit) load() {}

// A Loader writes records through a connection, which is part of its state: a
// restart makes another one.
type Loader struct {
	conn  *Conn
	tally actor.Ref[TallyMsg]
	again *[]Record
}

// loader declares the loader. What a lost connection has in hand is kept outside
// of the state, for the next incarnation to begin with.
func loader(db *Database, tally actor.Ref[TallyMsg]) actor.Spec[LoadMsg] {
	var again []Record
	return actor.Spec[LoadMsg]{
		Name: "loader",
		New: func(ctx context.Context, self *actor.Self[LoadMsg]) (actor.Actor[LoadMsg], error) {
			conn, err := db.Connect(ctx)
			if err != nil {
				return nil, err
			}
			for _, r := range again {
				self.Continue(r)
			}
			again = nil
			return &Loader{conn, tally, &again}, tally.Send(ctx, Connected{})
		},
	}
}

// Receive implements actor.Actor.
func (l *Loader) Receive(ctx context.Context, msg LoadMsg) error {
	switch msg := msg.(type) {
	case Record:
		row, err := parse(msg.Line)
		if err != nil {
			return errors.Join(err, l.tally.Send(ctx, Bad{}))
		}
		err = l.conn.Write(ctx, row)
		if errors.Is(err, ErrConnection) {
			*l.again = append(*l.again, msg)
		}
		if err != nil {
			return err
		}
		return l.tally.Send(ctx, Loaded{})
	case Commit:
		msg.Reply.Send(struct{}{})
	}
	return nil
}

// A Row is a record that makes sense.
type Row struct {
	Name   string
	Amount int
}

func parse(line string) (Row, error) {
	name, text, ok := strings.Cut(line, ",")
	if !ok {
		return Row{}, fmt.Errorf("%w: no comma in %q", ErrRecord, line)
	}
	amount, err := strconv.Atoi(text)
	if err != nil {
		return Row{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return Row{name, amount}, nil
}

// A TallyMsg is what the tally takes.
type TallyMsg interface{ tally() }

// What is counted, and the question for it.
type (
	Connected struct{}
	Loaded    struct{}
	Bad       struct{}
	Sum       struct{ Reply actor.Reply[Tally] }
)

func (Connected) tally() {}
func (Loaded) tally()    {}
func (Bad) tally()       {}
func (Sum) tally()       {}

// A Tally counts what the loaders have done, and outlives them.
type Tally struct{ Connections, Loaded, Bad int }

// Receive implements actor.Actor.
func (t *Tally) Receive(_ context.Context, msg TallyMsg) error {
	switch msg := msg.(type) {
	case Connected:
		t.Connections++
	case Loaded:
		t.Loaded++
	case Bad:
		t.Bad++
	case Sum:
		msg.Reply.Send(*t)
	}
	return nil
}
