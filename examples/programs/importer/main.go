// Program importer loads records into a database. What an error means is said
// once, by rules: a bad record is passed over, a lost connection is made anew
// and the record tried again, and when the disk is full it is over. What had not
// been loaded by then is dead letters, so nothing is lost without being counted.
// At the end a shutdown goes through its phases: what waits is loaded, the actors
// are stopped, the database is closed.
//
//	go run ./examples/programs/importer
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

// load loads the lines of one file, and writes a summary.
func load(ctx context.Context, out io.Writer, db *Database, lines []string) error {
	tally := actor.New(actor.Spec[TallyMsg]{Name: "tally", New: actor.Make(func() *Tally { return new(Tally) })})
	loader := actor.New(loader(db, tally.Ref))
	sys, err := system.Start(ctx, system.Config{
		Name:   "import",
		Logger: slog.New(slog.DiscardHandler), // what fails is in the summary
		Root: supervision.Spec{Children: []supervision.Child{
			{Process: tally},
			{Process: loader, Backoff: &supervision.Backoff{Base: latency}, Decider: []supervision.Rule{
				supervision.When(ErrRecord).Resume(),
				supervision.When(ErrConnection).Restart(),
				supervision.When(ErrDiskFull).Stop(),
			}},
		}},
	})
	if err != nil {
		return err
	}

	var total Tally
	err = errors.Join(
		sys.OnShutdown(system.PhaseDrain, system.Task{Name: "load what waits", Run: func(ctx context.Context) error {
			_, err := actor.Ask(ctx, loader.Ref, func(r actor.Reply[struct{}]) LoadMsg { return Commit{r} })
			var sum error
			total, sum = actor.Ask(ctx, tally.Ref, func(r actor.Reply[Tally]) TallyMsg { return Sum{r} })
			return errors.Join(err, sum)
		}}),
		sys.OnShutdown(system.PhaseRelease, system.Task{Name: "close the database", Run: func(context.Context) error {
			fmt.Fprintln(out, "closed with", db.Close(), "rows")
			return nil
		}}),
	)
	for _, line := range lines {
		if err == nil {
			err = loader.Send(ctx, Record{line})
		}
	}
	down := sys.Shutdown(ctx)
	fmt.Fprintf(out, "%d loaded, %d bad, %d connections, %d dead letters\n",
		total.Loaded, total.Bad, total.Connections, sys.DeadLetters().Total())
	return errors.Join(err, down)
}

// run loads a file with trouble in it, and another one that is too much.
func run(ctx context.Context, out io.Writer) error {
	db := &Database{Room: 6, LoseAt: 3}
	err := load(ctx, out, db, []string{"ann,1", "bob,2", "cid,3", "dot;4", "eve,five", "fay,6"})
	if err != nil {
		return err
	}
	err = load(ctx, out, db, []string{"gus,7", "hal,8", "ivy,9", "jon,10", "kay,11"})
	if !errors.Is(err, actor.ErrStopped) {
		return fmt.Errorf("the disk should be full: %w", err)
	}
	fmt.Fprintln(out, err)
	return nil
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
