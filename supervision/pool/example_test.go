package pool_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/supervision/pool"
	"github.com/understudy-go/understudy/system"
)

// begin starts a system with a pool in it. What it returns ends that.
func begin(p actor.Child) (end func()) {
	sys, err := system.Start(context.Background(), system.Config{
		Name:   "example",
		Root:   supervision.Spec{Children: []supervision.Child{{Process: p}}},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		panic(err)
	}
	return func() {
		if err := sys.Shutdown(context.Background()); err != nil {
			fmt.Println(err)
		}
	}
}

// A Question is answered with the worker's name.
type Question struct {
	User  string
	Reply actor.Reply[string]
}

// newGreeter makes a worker that greets, and says who it is.
func newGreeter(_ context.Context, self *actor.Self[Question]) (actor.Actor[Question], error) {
	return actor.Func[Question](func(_ context.Context, q Question) error {
		q.Reply.Send(fmt.Sprintf("Hello %s, this is %s.", q.User, self.Name()))
		return nil
	}), nil
}

func Example() {
	ctx := context.Background()
	greeters := pool.New(pool.Spec[Question]{
		Name:   "greeters",
		Size:   2,
		Worker: actor.Spec[Question]{Name: "greeter", New: newGreeter},
	})
	defer begin(greeters.Supervisor)()

	for _, user := range []string{"Ann", "Bernard", "Carla"} {
		text, err := actor.Ask(ctx, greeters.Ref, func(r actor.Reply[string]) Question { return Question{user, r} })
		fmt.Println(text, err)
	}
	// Output:
	// Hello Ann, this is greeter-1. <nil>
	// Hello Bernard, this is greeter-2. <nil>
	// Hello Carla, this is greeter-1. <nil>
}

// What has one key gets to one worker. When the pool grows by a worker, that one
// takes its share of the keys, and all others stay where they are.
func Example_byKey() {
	ctx := context.Background()
	greeters := pool.New(pool.Spec[Question]{
		Name:   "greeters",
		Size:   3,
		Route:  pool.ByKey,
		Key:    func(q Question) string { return q.User },
		Worker: actor.Spec[Question]{Name: "greeter", New: newGreeter},
	})
	defer begin(greeters.Supervisor)()

	greet := func() {
		for _, user := range []string{"ann", "bernard", "carla", "dora", "emil"} {
			text, err := actor.Ask(ctx, greeters.Ref, func(r actor.Reply[string]) Question { return Question{user, r} })
			if err != nil {
				fmt.Println(err)
			}
			fmt.Println(text)
		}
	}
	fmt.Println("with", greeters.Size(), "workers:")
	greet()
	if err := greeters.Resize(ctx, 4); err != nil {
		fmt.Println(err)
	}
	fmt.Println("with", greeters.Size(), "workers:")
	greet()
	// Output:
	// with 3 workers:
	// Hello ann, this is greeter-1.
	// Hello bernard, this is greeter-1.
	// Hello carla, this is greeter-2.
	// Hello dora, this is greeter-3.
	// Hello emil, this is greeter-3.
	// with 4 workers:
	// Hello ann, this is greeter-1.
	// Hello bernard, this is greeter-4.
	// Hello carla, this is greeter-2.
	// Hello dora, this is greeter-3.
	// Hello emil, this is greeter-3.
}

// A job that a worker fails at is tried again, and given up in the end.
func Example_pull() {
	ctx := context.Background()
	type Job struct {
		Text  string
		Reply actor.Reply[string]
	}
	shout := func(_ context.Context, j Job) error {
		if j.Text == "" {
			return errors.New("nothing to shout")
		}
		j.Reply.Send(strings.ToUpper(j.Text))
		return nil
	}
	shouters := pool.New(pool.Spec[Job]{
		Name:   "shouters",
		Size:   2,
		Route:  pool.Pull,
		Worker: actor.Spec[Job]{New: actor.Make(func() actor.Func[Job] { return shout })},
	})
	defer begin(shouters.Supervisor)()

	for _, text := range []string{"hear", "", "hear"} {
		loud, err := actor.Ask(ctx, shouters.Ref, func(r actor.Reply[string]) Job { return Job{text, r} })
		fmt.Println(loud, err)
	}
	// Output:
	// HEAR <nil>
	//  pool: given up after 3 attempts: nothing to shout
	// HEAR <nil>
}

func ExamplePool_Resize() {
	ctx := context.Background()
	greeters := pool.New(pool.Spec[Question]{
		Name: "greeters", Size: 1, Worker: actor.Spec[Question]{New: newGreeter},
	})
	defer begin(greeters.Supervisor)()

	for _, n := range []int{3, 0} {
		err := greeters.Resize(ctx, n)
		fmt.Println(greeters.Size(), err)
	}
	err := greeters.Send(ctx, Question{})
	fmt.Println(err, errors.Is(err, actor.ErrRetryable))
	// Output:
	// 3 <nil>
	// 0 <nil>
	// pool: no worker true
}
