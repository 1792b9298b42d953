// Scheduler runs jobs again and again, each at its own rate and in an actor of
// its own. A run that is due while the one before is not over is skipped, waits,
// or takes its place, as the job says. A job that gets stuck is found by its
// health check, left behind, and goes on at the next time. One is cancelled.
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
	"github.com/understudy-go/understudy/system"
)

// An Overrun says what becomes of a run that is due while another one is on.
type Overrun int

const (
	Skip    Overrun = iota // nothing
	Queue                  // it comes afterwards
	Replace                // it takes the other one's place
)

type Job struct {
	Name    string
	Every   time.Duration
	Limit   time.Duration // a run that takes longer is stuck
	Overrun Overrun
	Run     func(ctx context.Context) error
}

// Msg is what the scheduler takes.
type Msg interface{ scheduler() }

type Due struct{ Job string }
type Told struct{ Job, Text string } // by a runner
type Cancel struct {
	Job  string
	Done actor.Reply[bool]
}

func (Due) scheduler()    {}
func (Told) scheduler()   {}
func (Cancel) scheduler() {}

type Scheduler struct {
	timers  *actor.Timers[string, Msg]
	runners map[string]actor.Ref[RunnerMsg]
	pool    actor.Ref[supervision.Message] // the supervisor of the runners
	out     io.Writer
	start   time.Time
}

func (s *Scheduler) Receive(ctx context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Due:
		return s.runners[msg.Job].Send(ctx, Run{})
	case Told:
		s.tell(msg.Job, msg.Text)
	case Cancel:
		known := s.timers.Cancel(msg.Job)
		if known {
			if err := supervision.TerminateRef(ctx, s.pool, s.runners[msg.Job]); err != nil {
				return err
			}
			s.tell(msg.Job, "cancelled")
		}
		msg.Done.Send(known)
	}
	return nil
}

func (s *Scheduler) tell(job, text string) {
	fmt.Fprintf(s.out, "%.2fs %s: %s\n", time.Since(s.start).Seconds(), job, text)
}

// RunnerMsg is what the runner of a job takes.
type RunnerMsg interface{ runner() }

type Run struct{}
type Over struct{ Err error }

func (Run) runner()  {}
func (Over) runner() {}

// A Runner runs one job, beside itself, so that it can always be asked.
type Runner struct {
	Job
	self  *actor.Self[RunnerMsg]
	stash *actor.Stash[RunnerMsg]
	tell  actor.Ref[Msg]
	task  *actor.Task // the run that is on, nil if none is
	begun time.Time
}

func (r *Runner) Receive(ctx context.Context, msg RunnerMsg) error {
	switch msg := msg.(type) {
	case Run:
		if r.task != nil {
			switch r.Overrun {
			case Skip:
				return r.say(ctx, "skipped")
			case Queue:
				return r.stash.Hold()
			case Replace:
				r.task.Cancel()
			}
		}
		r.begun = time.Now()
		r.task = actor.Async(r.self,
			func(ctx context.Context) (struct{}, error) { return struct{}{}, r.Run(ctx) },
			func(_ struct{}, err error) RunnerMsg { return Over{err} })
		return r.say(ctx, "begins")
	case Over:
		r.task = nil
		r.stash.Release()
		if msg.Err != nil {
			return r.say(ctx, "failed: "+msg.Err.Error())
		}
		return r.say(ctx, "done")
	}
	return nil
}

// Health implements actor.HealthReporter.
func (r *Runner) Health(context.Context) actor.Health {
	if r.task != nil && time.Since(r.begun) > r.Limit {
		return actor.Failed("stuck")
	}
	return actor.Healthy
}

func (r *Runner) say(ctx context.Context, text string) error {
	return r.tell.Send(ctx, Told{r.Job.Name, text})
}

func runner(job Job, scheduler actor.Ref[Msg]) actor.Spec[RunnerMsg] {
	return actor.Spec[RunnerMsg]{Name: job.Name, New: func(_ context.Context, self *actor.Self[RunnerMsg]) (actor.Actor[RunnerMsg], error) {
		return &Runner{Job: job, self: self, stash: actor.NewStash(self, 10), tell: scheduler}, nil
	}}
}

// run runs jobs for a while, of which one is cancelled half-way.
func run(ctx context.Context, out io.Writer, jobs []Job, d time.Duration, cancel string) (err error) {
	runners := supervision.NewDynamic(supervision.Spec{Name: "runners", Defaults: supervision.Defaults{
		Shutdown: supervision.Graceful(time.Second),
		Health:   &supervision.HealthCheck{Interval: time.Second, Threshold: 1},
	}})
	scheduler := actor.New(actor.Spec[Msg]{Name: "scheduler", New: func(ctx context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
		s := &Scheduler{actor.NewTimers[string](self), map[string]actor.Ref[RunnerMsg]{}, runners.Ref, out, time.Now()}
		open := supervision.Template(runners.Ref, "runner", func(j Job) actor.Spec[RunnerMsg] { return runner(j, self.Ref()) })
		for _, job := range jobs {
			var err error
			if s.runners[job.Name], err = open(ctx, job); err != nil {
				return nil, err
			}
			s.timers.Every(job.Name, job.Every, Due{job.Name})
		}
		return s, nil
	}})
	sys, err := system.Start(ctx, system.Config{
		Name:   "cron",
		Logger: slog.New(slog.DiscardHandler), // what fails is told of in the output
		Root: supervision.Spec{
			Strategy: supervision.OneForAll,
			Children: []supervision.Child{{Process: runners}, {Process: scheduler}},
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(context.WithoutCancel(ctx))) }()

	time.Sleep(d / 2)
	if _, err := actor.Ask(ctx, scheduler.Ref, func(r actor.Reply[bool]) Msg { return Cancel{cancel, r} }); err != nil {
		return err
	}
	time.Sleep(d / 2)
	list, err := supervision.Children(ctx, runners.Ref)
	if err != nil {
		return err
	}
	if err := sys.Shutdown(ctx); err != nil { // so that nobody else writes any more
		return err
	}
	for job := range list {
		fmt.Fprintf(out, "%s: %d restarts", job.Name, job.Restarts)
		if unhealthy, ok := errors.AsType[*supervision.HealthError](job.LastError); ok {
			fmt.Fprintf(out, ", the last one for it is %v", unhealthy.Last.Reason())
		}
		fmt.Fprintln(out)
	}
	return nil
}

func main() {
	hang := make(chan struct{})
	if err := run(context.Background(), os.Stdout, crontab(hang), 8*time.Second, "tick"); err != nil { // hang stays open
		log.Fatal(err)
	}
}
