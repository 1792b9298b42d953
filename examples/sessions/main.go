// Sessions opens actors at run time, one for each user, under a dynamic
// supervisor that has room for three: they are opened with an argument, found
// by name, refused when the room is full, restarted with the same argument, and
// forgotten when they end.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// User is what a session is opened with.
type User struct{ Name, Language string }

type Msg interface{ session() }

type Greet struct{ Reply actor.Reply[string] }
type Crash struct{ Reply actor.Reply[string] }
type Leave struct{}

func (Greet) session() {}
func (Crash) session() {}
func (Leave) session() {}

// A Session is what the program knows of a user who is there.
type Session struct {
	user   User
	greets int // is zero again after a crash
}

var greetings = map[string]string{"en": "Hello", "fr": "Bonjour", "it": "Ciao"}

func (s *Session) Receive(_ context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Greet:
		s.greets++
		msg.Reply.Send(fmt.Sprintf("%s %s, number %d", greetings[s.user.Language], s.user.Name, s.greets))
	case Crash:
		panic("bad manners")
	case Leave:
		return actor.ErrStop
	}
	return nil
}

// declare declares the session of a user. It is called once for a session; its
// restarts are made of the same Spec.
func declare(u User) actor.Spec[Msg] {
	return actor.Spec[Msg]{
		Name:       u.Name,
		Registered: "session of " + u.Name,
		New:        actor.Make(func() *Session { return &Session{user: u} }),
	}
}

func run(ctx context.Context, out io.Writer) error {
	sessions := supervision.NewDynamic(supervision.Spec{
		Name:        "sessions",
		MaxChildren: 3,
		Defaults:    supervision.Defaults{Restart: supervision.Transient}, // leaving is no failure
	})
	sys, err := system.Start(ctx, system.Config{
		Name:   "chat",
		Root:   supervision.Spec{Children: []supervision.Child{{Process: sessions}}},
		Logger: slog.New(slog.DiscardHandler), // the panic is on purpose: no log line
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	// open takes a User and returns the address of a session. The compiler knows
	// both types.
	open := supervision.Template(sessions.Ref, "session", declare)
	for _, u := range []User{{"ann", "en"}, {"bernard", "fr"}, {"carla", "it"}, {"dora", "en"}} {
		session, err := open(ctx, u)
		switch {
		case errors.Is(err, supervision.ErrMaxChildren):
			fmt.Fprintf(out, "%s is refused; later may do: %v\n", u.Name, errors.Is(err, actor.ErrRetryable))
		case err != nil:
			return err
		default:
			fmt.Fprintln(out, "opened", session.Path())
		}
	}

	// Any part of the program finds a session by name, of the right type.
	bernard, err := system.Lookup[Msg](sys, "session of bernard")
	if err != nil {
		return err
	}
	if err := greet(ctx, out, bernard); err != nil {
		return err
	}
	_, err = actor.Ask(ctx, bernard, func(r actor.Reply[string]) Msg { return Crash{r} })
	fmt.Fprintln(out, "bernard crashes:", err)
	if err := greet(ctx, out, bernard); err != nil { // the same address, and the same user
		return err
	}

	// A session that ends by itself makes room for another one, and so does one
	// that is ended. Whatever is sent to it from then on is refused.
	if err := bernard.Send(ctx, Leave{}); err != nil {
		return err
	}
	if p, ok := bernard.Process(); ok {
		<-p.Done()
	}
	fmt.Fprintln(out, "bernard has left:", bernard.TrySend(Leave{}))
	ann, err := system.Lookup[Msg](sys, "session of ann")
	if err != nil {
		return err
	}
	if err := supervision.TerminateRef(ctx, sessions.Ref, ann); err != nil {
		return err
	}
	fmt.Fprintln(out, "ann has been asked to leave:", ann.TrySend(Leave{}))
	if _, err := open(ctx, User{"dora", "en"}); err != nil {
		return err
	}

	there, err := supervision.Children(ctx, sessions.Ref)
	if err != nil {
		return err
	}
	for s := range there {
		fmt.Fprintf(out, "there is %s, %v\n", s.Name, s.State)
	}
	return sys.Shutdown(ctx)
}

func greet(ctx context.Context, out io.Writer, session actor.Ref[Msg]) error {
	text, err := actor.Ask(ctx, session, func(r actor.Reply[string]) Msg { return Greet{r} })
	if err == nil {
		fmt.Fprintln(out, text)
	}
	return err
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
