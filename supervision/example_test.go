package supervision_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// begin starts a system whose failures are not logged.
func begin(spec supervision.Spec) *system.ActorSystem {
	sys, err := system.Start(context.Background(), system.Config{
		Name: "example", Root: spec, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		panic(err)
	}
	return sys
}

// add is a message to a sum: it answers with the sum that comes of it.
type add struct {
	n     int
	reply actor.Reply[int]
}

var (
	errNegative = errors.New("negative")
	errOverflow = errors.New("overflow")
)

// sumFrom declares a sum that begins at n.
func sumFrom(name string, n int) actor.Spec[add] {
	return actor.Spec[add]{Name: name, New: func(context.Context, *actor.Self[add]) (actor.Actor[add], error) {
		sum := n
		return actor.Func[add](func(_ context.Context, msg add) error {
			switch {
			case msg.n < 0:
				return fmt.Errorf("%d: %w", msg.n, errNegative)
			case msg.n > 100:
				return fmt.Errorf("%d: %w", msg.n, errOverflow)
			}
			sum += msg.n
			msg.reply.Send(sum)
			return nil
		}), nil
	}}
}

// tell adds to a sum and prints what comes of it.
func tell(to actor.Ref[add], n int) {
	sum, err := actor.Ask(context.Background(), to, func(r actor.Reply[int]) add { return add{n, r} })
	switch {
	case errors.Is(err, errNegative), errors.Is(err, errOverflow):
		fmt.Println("failed")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(sum)
	}
}

// What an error means for the child is told by rules. Here the one keeps its state
// over bad input, and loses it when it can no longer be trusted.
func ExampleWhen() {
	sum := actor.New(sumFrom("sum", 0))
	sys := begin(supervision.Spec{Children: []supervision.Child{{
		Process: sum,
		Decider: []supervision.Rule{
			supervision.When(errNegative).Resume(),
			supervision.When(errOverflow).Restart(),
		},
	}}})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	tell(sum.Ref, 5)
	tell(sum.Ref, -1)
	tell(sum.Ref, 2)
	tell(sum.Ref, 101)
	tell(sum.Ref, 3)
	// Output:
	// 5
	// failed
	// 7
	// failed
	// 3
}

// A batch starts as a whole or not at all.
func ExampleStartChildren() {
	ctx := context.Background()
	sys := begin(supervision.Spec{})
	defer func() { _ = sys.Shutdown(ctx) }()
	reader, writer := actor.New(sumFrom("reader", 0)), actor.New(sumFrom("writer", 0))
	broken := supervision.FromServer("broken", func() (supervision.Server, error) {
		return nil, errors.New("no such device")
	})
	defaults := supervision.Defaults{Restart: supervision.Transient}

	_, err := supervision.StartChildren(ctx, sys.Root(), defaults,
		supervision.Child{Process: reader}, supervision.Child{Process: writer}, supervision.Child{Process: broken})
	fmt.Println(err)
	n, err := supervision.Count(ctx, sys.Root())
	fmt.Println(n.Specs, err)

	started, err := supervision.StartChildren(ctx, sys.Root(), defaults,
		supervision.Child{Process: reader}, supervision.Child{Process: writer, Restart: supervision.Permanent})
	fmt.Println(started["reader"].Restart, started["writer"].Restart, err)
	// Output:
	// supervision: /example: start broken: no such device
	// 0 <nil>
	// transient permanent <nil>
}

// Children that are alike but for an argument are started by a typed function.
func ExampleTemplate() {
	ctx := context.Background()
	accounts := supervision.NewDynamic(supervision.Spec{Name: "accounts", MaxChildren: 2})
	sys := begin(supervision.Spec{Children: []supervision.Child{{Process: accounts}}})
	defer func() { _ = sys.Shutdown(ctx) }()
	open := supervision.Template(accounts.Ref, "account", func(balance int) actor.Spec[add] { return sumFrom("", balance) })

	one, err := open(ctx, 10)
	fmt.Println(one, err)
	two, err := open(ctx, 20)
	fmt.Println(two, err)
	_, err = open(ctx, 30)
	fmt.Println(errors.Is(err, supervision.ErrMaxChildren))
	tell(one, 1)
	tell(two, -1) // fails, and is restarted with its argument
	tell(two, 2)
	fmt.Println(supervision.TerminateRef(ctx, accounts.Ref, one))
	// Output:
	// /example/accounts/account-1 <nil>
	// /example/accounts/account-2 <nil>
	// true
	// 11
	// failed
	// 22
	// <nil>
}

// Work that is divided by a key goes to the same copy each time.
func ExampleNewPartitioned() {
	sums := supervision.NewPartitioned(supervision.Spec{Name: "sums"}, 4, func(n int) *actor.Process[add] {
		return actor.New(sumFrom(fmt.Sprint("sum-", n), 0))
	})
	sys := begin(supervision.Spec{Children: []supervision.Child{{Process: sums.Supervisor}}})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	for _, key := range []string{"alice", "bob", "alice"} {
		fmt.Print(sums.For(key), ": ")
		tell(sums.For(key), 1)
	}
	// Output:
	// /example/sums/sum-3: 1
	// /example/sums/sum-0: 1
	// /example/sums/sum-3: 2
}

// A child that is stuck or unwell is found by its health checks, and restarted.
func ExampleHealthCheck() {
	ctx := context.Background()
	began := make(chan struct{}, 2)
	disk := make(chan actor.Health, 1)
	disk <- actor.Failed("disk is full") // the first answer
	store := supervision.FromFunc("store", func(ctx context.Context) error {
		began <- struct{}{}
		<-ctx.Done()
		return nil
	})
	sys := begin(supervision.Spec{Children: []supervision.Child{{
		Process: store,
		Health: &supervision.HealthCheck{
			Interval: time.Millisecond, Threshold: 1,
			Check: func(context.Context) actor.Health {
				select {
				case h := <-disk:
					return h
				default:
					return actor.Healthy
				}
			},
		},
	}}})
	defer func() { _ = sys.Shutdown(ctx) }()
	<-began
	<-began

	info, err := supervision.Lookup(ctx, sys.Root(), "store")
	fmt.Println(info.LastError, err)
	// Output:
	// supervision: unhealthy: /example/store: 1 checks failed, the last one: disk is full <nil>
}

// A supervisor that exists for the sake of a job ends with it, and what helps with
// the job ends too.
func ExampleAutoShutdown() {
	ready := make(chan struct{})
	job := supervision.FromFunc("job", func(context.Context) error {
		<-ready
		fmt.Println("the job is done")
		return nil
	})
	helper := supervision.FromFunc("helper", func(ctx context.Context) error {
		close(ready)
		<-ctx.Done()
		fmt.Println("the helper stops")
		return nil
	})
	sys := begin(supervision.Spec{
		AutoShutdown: supervision.AnySignificant,
		Children: []supervision.Child{
			{Process: helper},
			{Process: job, Restart: supervision.Transient, Significant: true},
		},
	})
	<-sys.Done()
	fmt.Println(sys.Err())
	// Output:
	// the job is done
	// the helper stops
	// <nil>
}
