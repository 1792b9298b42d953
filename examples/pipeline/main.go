// Pipeline sends jobs through three stages with small mailboxes, the second of
// which is slow. Whoever sends to a full mailbox waits for room, so the slow stage
// slows those before it, down to the source: it is nowhere that jobs pile up, and
// none is lost.
//
//	go run ./examples/pipeline
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

const (
	jobs   = 100
	room   = 4                     // in front of each stage
	effort = 10 * time.Millisecond // of the slow stage, for a job
	stages = 3

	// bound is how many jobs can be under way: those that wait, and the one in
	// each stage's hand.
	bound = stages * (room + 1)
)

type Msg interface{ stage() }

// Job is what goes through the stages.
type Job struct{ N, Square int64 }

// End comes after the last job, and is answered at the end of the pipeline.
type End struct{ Reply actor.Reply[Total] }

func (Job) stage() {}
func (End) stage() {}

// Total is what has come out of the pipeline.
type Total struct{ Jobs, Sum int64 }

// A Stage works on each job and passes it on. Messages of one sender arrive in
// order, so the end comes to the next stage after all jobs.
type Stage struct {
	work func(context.Context, Job) (Job, error)
	next actor.Ref[Msg]
}

func (s *Stage) Receive(ctx context.Context, msg Msg) error {
	switch job := msg.(type) {
	case Job:
		done, err := s.work(ctx, job)
		if err != nil {
			return err
		}
		return s.next.Send(ctx, done) // waits for room
	default:
		return s.next.Send(ctx, msg)
	}
}

// A Sink adds up what comes out.
type Sink struct {
	total Total
	seen  *atomic.Int64
}

func (s *Sink) Receive(_ context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Job:
		s.total.Jobs++
		s.total.Sum += msg.Square
		s.seen.Add(1)
	case End:
		msg.Reply.Send(s.total)
	}
	return nil
}

// square is quick.
func square(_ context.Context, j Job) (Job, error) {
	j.Square = j.N * j.N
	return j, nil
}

// ponder is not, but stops when it is to.
func ponder(ctx context.Context, j Job) (Job, error) {
	select {
	case <-time.After(effort):
		return j, nil
	case <-ctx.Done():
		return j, context.Cause(ctx)
	}
}

// declare declares an actor that has room for a few messages, at whose mailbox
// senders wait.
func declare[A actor.Actor[Msg]](name string, construct func() A) *actor.Process[Msg] {
	return actor.New(actor.Spec[Msg]{
		Name:    name,
		New:     actor.Make(construct),
		Mailbox: mailbox.Config{Capacity: room, Overflow: mailbox.Block},
	})
}

func run(ctx context.Context, out io.Writer) error {
	var seen atomic.Int64 // jobs that have come out
	sink := declare("sink", func() *Sink { return &Sink{seen: &seen} })
	slow := declare("slow", func() *Stage { return &Stage{ponder, sink.Ref} })
	quick := declare("quick", func() *Stage { return &Stage{square, slow.Ref} })
	sys, err := system.Start(ctx, system.Config{
		Name: "pipeline",
		Root: supervision.Spec{
			Strategy: supervision.RestForOne,
			Children: []supervision.Child{{Process: sink}, {Process: slow}, {Process: quick}},
		},
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	// The source. Nothing but the mailboxes tells it to be slow.
	began := time.Now()
	var most int64
	for job := (Job{N: 1}); job.N <= jobs; job.N++ {
		if err := quick.Send(ctx, job); err != nil {
			return err
		}
		most = max(most, job.N-seen.Load())
		if job.N == room || job.N%20 == 0 {
			fmt.Fprintf(out, "%3d sent after %4d ms\n", job.N, since(began))
		}
	}
	if most > bound {
		return fmt.Errorf("%d jobs were under way, more than %d", most, bound)
	}
	total, err := actor.Ask(ctx, quick.Ref, func(r actor.Reply[Total]) Msg { return End{r} })
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%3d done after %4d ms, the sum of their squares is %d\n", total.Jobs, since(began), total.Sum)
	fmt.Fprintf(out, "never more than %d under way\n", bound)
	for _, p := range []*actor.Process[Msg]{quick, slow, sink} {
		i := p.Info()
		fmt.Fprintf(out, "%-5s took %d, lost %d\n", p.Name(), i.Handled, i.DeadLettered+i.Rejected)
	}
	return sys.Shutdown(ctx)
}

// since returns how long ago that was, in tens of milliseconds.
func since(t time.Time) int64 { return time.Since(t).Round(10 * time.Millisecond).Milliseconds() }

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
