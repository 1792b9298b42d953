// Chat is a room in which members talk: what one says is published in a topic,
// and all others get it as a message of their own type. A member that crashes
// stays in the room; one that leaves is out of it.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// Said is what is published in the room.
type Said struct{ Who, Text string }

type Msg interface{ member() }

type Heard struct{ Said Said }
type Crash struct{ Reply actor.Reply[string] }
type Recall struct{ Reply actor.Reply[string] }

func (Heard) member()  {}
func (Crash) member()  {}
func (Recall) member() {}

// A Member remembers what it has heard since it was started.
type Member struct{ heard []string }

func (m *Member) Receive(_ context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Heard:
		m.heard = append(m.heard, msg.Said.Who+": "+msg.Said.Text)
	case Recall:
		msg.Reply.Send(strings.Join(m.heard, ", "))
	case Crash:
		panic("too loud")
	}
	return nil
}

func member(name string) *actor.Process[Msg] {
	return actor.New(actor.Spec[Msg]{Name: name, New: actor.Make(func() *Member { return new(Member) })})
}

func run(ctx context.Context, out io.Writer) error {
	room := topic.New[Said](topic.Spec{Name: "room"})
	ann, bob := member("ann"), member("bob")
	sys, err := system.Start(ctx, system.Config{
		Name: "chat",
		Root: supervision.Spec{Children: []supervision.Child{
			{Process: room}, {Process: ann}, {Process: bob},
		}},
		Logger: slog.New(slog.DiscardHandler), // the panic is on purpose: no log line
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	// Members take a type of messages of their own; a function makes one of each
	// that is published.
	hear := func(s Said) Msg { return Heard{s} }
	for _, m := range []*actor.Process[Msg]{ann, bob} {
		if err := topic.SubscribeFunc(room, m.Ref, topic.Block, hear); err != nil {
			return err
		}
	}
	say := func(text string) error { return room.Publish(ctx, Said{"eve", text}) }
	recall := func(m *actor.Process[Msg]) error {
		text, err := actor.Ask(ctx, m.Ref, func(r actor.Reply[string]) Msg { return Recall{r} })
		if err == nil {
			fmt.Fprintf(out, "%s has heard: %s\n", m.Name(), text)
		}
		return err
	}
	if err := say("hello"); err != nil {
		return err
	}
	if err := recall(ann); err != nil {
		return err
	}
	if err := recall(bob); err != nil {
		return err
	}

	_, err = actor.Ask(ctx, ann.Ref, func(r actor.Reply[string]) Msg { return Crash{r} })
	fmt.Fprintln(out, "ann crashes:", err)
	fmt.Fprintln(out, "bob was there:", topic.Unsubscribe(room, bob.Ref))
	if err := say("still here?"); err != nil {
		return err
	}
	if err := recall(ann); err != nil { // a fresh state, and the same subscription
		return err
	}
	if err := recall(bob); err != nil {
		return err
	}
	stats := room.Stats()
	fmt.Fprintf(out, "%d published, %d delivered\n", stats.Published, stats.Delivered)
	return sys.Shutdown(ctx)
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
