package main

import (
	"context"
	"path"

	"github.com/understudy-go/understudy/actor"
)

// A PlayerMsg is what a player takes.
type PlayerMsg interface{ player() }

// Hear is what is said in the room.
type Hear struct{ Text string }

// Leave has the player go; PullThePlug has it crash.
type (
	Leave       struct{}
	PullThePlug struct{}
)

func (Hear) player()        {}
func (Leave) player()       {}
func (PullThePlug) player() {}

// player declares a player, who writes all that is heard into a diary.
func player(name string, diary actor.Ref[DiaryMsg]) actor.Spec[PlayerMsg] {
	receive := func(ctx context.Context, msg PlayerMsg) error {
		switch msg := msg.(type) {
		case Hear:
			return diary.Send(ctx, Page{name + " hears: " + msg.Text})
		case Leave:
			return actor.ErrStop
		case PullThePlug:
			panic("no power")
		}
		return nil
	}
	return actor.Spec[PlayerMsg]{Name: name, Type: "Player", New: actor.Make(func() actor.Func[PlayerMsg] { return receive })}
}

func name(actorPath string) string { return path.Base(actorPath) }

// A DiaryMsg is what the diary takes.
type DiaryMsg interface{ diary() }

// A Page is written into the diary.
type Page struct{ Text string }

// Read is answered as soon as there are that many pages.
type Read struct {
	Pages int
	Reply actor.Reply[[]string]
}

func (Page) diary() {}
func (Read) diary() {}

// A Diary is what the players write together.
type Diary struct {
	pages  []string
	reader Read
}

func newDiary() *Diary { return new(Diary) }

// Receive implements actor.Actor.
func (d *Diary) Receive(_ context.Context, msg DiaryMsg) error {
	switch msg := msg.(type) {
	case Page:
		d.pages = append(d.pages, msg.Text)
	case Read:
		d.reader = msg
	}
	if d.reader.Pages > 0 && len(d.pages) == d.reader.Pages {
		d.reader.Reply.Send(d.pages)
		d.reader, d.pages = Read{}, nil
	}
	return nil
}
