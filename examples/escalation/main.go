// Escalation lets failures climb a tree three supervisors deep. The first story
// is one of limits: each supervisor restarts what it may, gives up, and leaves
// the rest to the one above. The second is one of a rule: an error that no
// restart can mend goes straight to the top and ends the system.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path"
	"strings"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// ErrCorrupt is what no restart can mend.
var ErrCorrupt = errors.New("the ledger is corrupt")

// ErrOffline is what a restart may mend.
var ErrOffline = errors.New("the line is dead")

// Pay asks a terminal for a payment, or has it fail.
type Pay struct {
	Fail  error
	Reply actor.Reply[string]
}

// Terminal is the actor at the bottom of the tree.
type Terminal struct{ incarnation uint64 }

func newTerminal(_ context.Context, self *actor.Self[Pay]) (actor.Actor[Pay], error) {
	return &Terminal{self.Incarnation()}, nil
}

func (t *Terminal) Receive(_ context.Context, msg Pay) error {
	if msg.Fail != nil {
		return msg.Fail
	}
	msg.Reply.Send(fmt.Sprintf("paid at terminal number %d", t.incarnation))
	return nil
}

// A shop is the tree, a supervisor a line and one actor:
//
//	shop            3 restarts a minute
//	└ orders        1 restart a minute
//	  └ payment     2 restarts a minute
//	    └ terminal
type shop struct {
	sys      *system.ActorSystem
	terminal actor.Ref[Pay]
	// supervisors from the bottom up
	supervisors []actor.Ref[supervision.Message]
	seen        *monitoring.Memory[monitoring.SupervisionEvent]
}

// open starts a shop. The rules are those of every child in it.
func open(ctx context.Context, rules ...supervision.Rule) (*shop, error) {
	policy := supervision.Defaults{Decider: rules}
	terminal := actor.New(actor.Spec[Pay]{Name: "terminal", New: newTerminal})
	payment := supervision.New(supervision.Spec{
		Name:     "payment",
		Limit:    supervision.AtMost(2, time.Minute),
		Defaults: policy,
		Children: []supervision.Child{{Process: terminal}},
	})
	orders := supervision.New(supervision.Spec{
		Name:     "orders",
		Limit:    supervision.AtMost(1, time.Minute),
		Defaults: policy,
		Children: []supervision.Child{{Process: payment}},
	})
	s := &shop{terminal: terminal.Ref, seen: new(monitoring.Memory[monitoring.SupervisionEvent])}
	sys, err := system.Start(ctx, system.Config{
		Name: "shop",
		Root: supervision.Spec{
			Limit:    supervision.AtMost(3, time.Minute),
			Defaults: policy,
			Children: []supervision.Child{{Process: orders}},
		},
		Monitors: monitoring.Monitors{Supervision: s.seen},
		Logger:   slog.New(slog.DiscardHandler), // the failures are on purpose: no log lines
	})
	if err != nil {
		return nil, err
	}
	s.sys = sys
	s.supervisors = []actor.Ref[supervision.Message]{payment.Ref, orders.Ref, sys.Root()}
	s.seen.Reset() // everything has started
	return s, nil
}

// pay asks for a payment. While any of the supervisors above the terminal is at
// work the question waits at the terminal's address, which outlives them all.
func (s *shop) pay(ctx context.Context, fail error) (string, error) {
	return actor.Ask(ctx, s.terminal, func(r actor.Reply[string]) Pay { return Pay{fail, r} })
}

// settle returns when every supervisor has noted what came before: it deals with
// its children's ends and starts before it answers a question.
func (s *shop) settle(ctx context.Context) error {
	for _, sup := range s.supervisors {
		if _, err := supervision.Count(ctx, sup); err != nil {
			return err
		}
	}
	return nil
}

// climb lets the terminal fail until the root has to decide.
func climb(ctx context.Context, out io.Writer) error {
	s, err := open(ctx)
	if err != nil {
		return err
	}
	defer s.sys.Shutdown(ctx)

	for n := 1; n <= 6; n++ {
		if _, err := s.pay(ctx, ErrOffline); !errors.Is(err, ErrOffline) {
			return fmt.Errorf("the terminal did not fail: %w", err)
		}
		receipt, err := s.pay(ctx, nil) // waits for the next terminal
		if err != nil {
			return err
		}
		if err := s.settle(ctx); err != nil {
			return err
		}
		fmt.Fprintf(out, "failure %d\n", n)
		tell(out, s.seen)
		fmt.Fprintln(out, " ", receipt)
	}
	return nil
}

// atOnce lets the terminal fail once, with an error that a rule escalates.
func atOnce(ctx context.Context, out io.Writer) error {
	s, err := open(ctx, supervision.When(ErrCorrupt).Escalate())
	if err != nil {
		return err
	}
	defer s.sys.Shutdown(ctx)

	if _, err := s.pay(ctx, ErrCorrupt); !errors.Is(err, ErrCorrupt) {
		return fmt.Errorf("the terminal did not fail: %w", err)
	}
	<-s.sys.Done() // nobody shuts it down: it ends by itself
	fmt.Fprintln(out, "one failure, and a rule")
	tell(out, s.seen)
	err = s.sys.Err()
	fmt.Fprintln(out, "the system has ended, because the ledger is corrupt:", errors.Is(err, ErrCorrupt))
	fmt.Fprintln(out, " ", err)
	return nil
}

func run(ctx context.Context, out io.Writer) error {
	if err := climb(ctx, out); err != nil {
		return err
	}
	fmt.Fprintln(out)
	return atOnce(ctx, out)
}

// tell prints what the supervisors did since it was last called, without the
// times.
func tell(out io.Writer, seen *monitoring.Memory[monitoring.SupervisionEvent]) {
	for _, e := range seen.Snapshot().Recent {
		fmt.Fprintf(out, "  %-8s %s\n", path.Base(e.Supervisor)+":", describe(e))
	}
	seen.Reset()
}

// describe says in words what a supervisor did.
func describe(e monitoring.SupervisionEvent) string {
	switch e.Kind {
	case monitoring.ChildFailed:
		return e.Child + " has failed"
	case monitoring.StrategyApplied:
		return "I restart " + strings.Join(e.Affected, ", ")
	case monitoring.ChildStarted:
		return e.Child + " runs"
	case monitoring.ChildRestarted:
		return fmt.Sprintf("%s runs again, restart %d", e.Child, e.Restarts)
	case monitoring.RestartLimitExceeded:
		return fmt.Sprintf("more than %d restarts in %v: I give up", e.MaxRestarts, e.Window)
	case monitoring.Escalated:
		return "my parent is to decide"
	default:
		return e.String()
	}
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
