// Pool looks at pictures with three workers that take the next job when they are
// free. One picture is broken and makes whoever looks at it crash: it is tried
// three times and then given up, while the others go on. In the end the pool is
// made smaller, which loses nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/supervision/pool"
	"github.com/understudy-go/understudy/system"
)

// A Picture is a job. Its result is the darkest of its pixels.
type Picture struct {
	Name   string
	Pixels []int
	Reply  actor.Reply[int]
}

// A Viewer is a worker. It is made anew after each crash.
type Viewer struct{}

func NewViewer() *Viewer { return new(Viewer) }

func (*Viewer) Receive(_ context.Context, p Picture) error {
	darkest := p.Pixels[0] // a broken picture has none: that panics
	for _, pixel := range p.Pixels {
		darkest = min(darkest, pixel)
	}
	p.Reply.Send(darkest)
	return nil
}

// declare declares the pool. What is given up goes to lost.
func declare(lost func(actor.DeadLetter[Picture])) *pool.Pool[Picture] {
	return pool.New(pool.Spec[Picture]{
		Name:  "viewers",
		Size:  3,
		Route: pool.Pull,
		Worker: actor.Spec[Picture]{
			Name:        "viewer",
			New:         actor.Make(NewViewer),
			DeadLetters: lost,
		},
		Attempts: 3,
		// Each attempt in vain is a restart.
		Supervisor: supervision.Spec{Limit: supervision.AtMost(20, time.Minute)},
	})
}

func run(ctx context.Context, out io.Writer) error {
	given := make(chan actor.DeadLetter[Picture], 1)
	viewers := declare(func(l actor.DeadLetter[Picture]) { given <- l })
	sys, err := system.Start(ctx, system.Config{
		Name:   "gallery",
		Root:   supervision.Spec{Children: []supervision.Child{{Process: viewers.Supervisor}}},
		Logger: slog.New(slog.DiscardHandler), // the panics are on purpose: no log lines
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	// Nobody waits for this one. It is not lost without a word.
	if err := viewers.Send(ctx, Picture{Name: "broken"}); err != nil {
		return err
	}
	for _, p := range []Picture{
		{Name: "harbour", Pixels: []int{40, 12, 77}},
		{Name: "market", Pixels: []int{90, 65}},
		{Name: "bridge", Pixels: []int{31, 30, 33}},
	} {
		darkest, err := view(ctx, viewers, p)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d\n", p.Name, darkest)
	}
	letter := <-given
	fmt.Fprintf(out, "%s is given up: %s\n", letter.Msg.Name, letter.Reason)
	if job, ok := errors.AsType[*pool.JobError](letter.Err); ok {
		fmt.Fprintf(out, "after %d attempts, the last: %v\n", job.Attempts, job.Err)
	}

	// Who asks is told the same.
	_, err = view(ctx, viewers, Picture{Name: "empty"})
	fmt.Fprintln(out, "empty:", err)

	// Fewer will do. The two that go finish what they have.
	if err := viewers.Resize(ctx, 1); err != nil {
		return err
	}
	for ref := range viewers.All() {
		fmt.Fprintln(out, "left is", ref.Path())
	}
	fmt.Fprintln(out, "dead letters:", sys.DeadLetters().Total())

	// Once it answers again it has been restarted. A crash that a shutdown overtakes
	// would be part of what Shutdown returns.
	if _, err := view(ctx, viewers, Picture{Name: "harbour", Pixels: []int{40, 12, 77}}); err != nil {
		return err
	}
	return sys.Shutdown(ctx)
}

func view(ctx context.Context, viewers *pool.Pool[Picture], p Picture) (int, error) {
	return actor.Ask(ctx, viewers.Ref, func(r actor.Reply[int]) Picture {
		p.Reply = r
		return p
	})
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
