// Health has a supervisor ask an actor how it fares. The actor gets stuck in a
// message, gives no answer, and is abandoned, named, and replaced. When the
// stuck code comes back, nothing that it does has an effect any more.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

type Msg interface{ courier() }

// Deliver has a parcel delivered. The receipt goes to the office.
type Deliver struct{ Parcel string }

// Ready asks which incarnation is at work.
type Ready struct{ Reply actor.Reply[uint64] }

func (Deliver) courier() {}
func (Ready) courier()   {}

// A Courier delivers parcels. Doors that do not open are where it gets stuck: it
// waits for the door without looking at its context.
type Courier struct {
	incarnation uint64
	office      actor.Ref[string]
	door        <-chan struct{}
	back        chan<- error // takes what came of the late receipt
}

func (c *Courier) Receive(ctx context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Deliver:
		<-c.door
		c.back <- c.office.Send(ctx, "delivered "+msg.Parcel)
	case Ready:
		msg.Reply.Send(c.incarnation)
	}
	return nil
}

// policy says how often the courier is asked, and what then. It is in a hurry,
// for an example; the zero HealthCheck takes its time.
var policy = supervision.HealthCheck{
	Interval:  200 * time.Millisecond,
	Timeout:   100 * time.Millisecond,
	Threshold: 3,
}

func run(ctx context.Context, out io.Writer) error {
	seen := new(monitoring.Memory[monitoring.SupervisionEvent])
	door, back := make(chan struct{}), make(chan error, 1)
	office := actor.New(actor.Spec[string]{
		Name: "office",
		New: actor.Make(func() actor.Func[string] {
			return func(_ context.Context, receipt string) error {
				fmt.Fprintln(out, "receipt:", receipt)
				return nil
			}
		}),
	})
	courier := actor.New(actor.Spec[Msg]{
		Name: "courier",
		New: func(_ context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
			return &Courier{self.Incarnation(), office.Ref, door, back}, nil
		},
	})
	sys, err := system.Start(ctx, system.Config{
		Name: "depot",
		Root: supervision.Spec{Children: []supervision.Child{
			{Process: office},
			{Process: courier, Health: &policy, Shutdown: supervision.Graceful(50 * time.Millisecond)},
		}},
		Monitors: monitoring.Monitors{Supervision: seen},
		Logger:   slog.New(slog.DiscardHandler), // it is stuck on purpose: no log line
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	began := time.Now()
	if err := courier.Send(ctx, Deliver{"a parcel"}); err != nil {
		return err
	}
	// The question waits at the address until somebody is there to answer it.
	n, err := actor.Ask(ctx, courier.Ref, func(r actor.Reply[uint64]) Msg { return Ready{r} })
	if err != nil {
		return err
	}
	if _, err := supervision.Count(ctx, sys.Root()); err != nil { // it has noted the start
		return err
	}
	for _, e := range seen.Snapshot().Recent {
		fmt.Fprintf(out, "%4d ms  %s\n", e.Time.Sub(began).Milliseconds(), describe(e))
	}
	fmt.Fprintln(out, "at work: courier number", n)

	close(door) // the stuck one comes back, and reports to the office
	fmt.Fprintln(out, "its late receipt:", <-back)
	return sys.Shutdown(ctx)
}

// describe puts an event into words, an error below the other where there are two.
func describe(e monitoring.SupervisionEvent) string {
	switch {
	case e.Kind == monitoring.ChildRestarted:
		return fmt.Sprintf("%s runs again, restart %d", e.Child, e.Restarts)
	case e.Err != nil:
		why := strings.ReplaceAll(e.Err.Error(), "\n", "\n           ")
		return fmt.Sprintf("%s has failed:\n           %s", e.Child, why)
	case e.Kind == monitoring.StrategyApplied:
		return fmt.Sprintf("restart %v", e.Affected)
	default:
		return fmt.Sprintf("%v: %s", e.Kind, e.Child)
	}
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
