package actor_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// play shows a tool: use is called by New, with the actor's own handle, and what
// it sends itself is printed.
func play(use func(self *actor.Self[string])) {
	a := actor.New(actor.Spec[string]{
		Name: "a",
		New: func(_ context.Context, self *actor.Self[string]) (actor.Actor[string], error) {
			use(self)
			return actor.Func[string](func(_ context.Context, msg string) error {
				fmt.Println(msg)
				return actor.ErrStop
			}), nil
		},
	})
	p := newParent()
	a.Start(context.Background(), p)
	<-p.ended
}

// A task runs beside the actor, which goes on with other messages meanwhile.
func ExampleAsync() {
	play(func(self *actor.Self[string]) {
		actor.Async(self, func(context.Context) (int, error) {
			return 6 * 7, nil // takes its time
		}, func(n int, err error) string { return fmt.Sprint("the answer is ", n, " ", err) })
	})
	// Output:
	// the answer is 42 <nil>
	// ended: normal
}

// The answer comes as a message; nothing waits for it.
func ExampleAskAsync() {
	ctx := context.Background()
	weather := actor.New(actor.Spec[Get]{
		Name: "weather",
		New: actor.Make(func() actor.Func[Get] {
			return func(_ context.Context, msg Get) error {
				msg.Reply.Send("sunny")
				return actor.ErrStop
			}
		}),
	})
	p := newParent()
	weather.Start(ctx, p)
	play(func(self *actor.Self[string]) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		actor.AskAsync(ctx, self, weather.Ref,
			func(r actor.Reply[string]) Get { return Get{r} },
			func(s string, err error) string { return fmt.Sprint("it is ", s, " ", err) })
		<-p.ended
	})
	// Output:
	// ended: normal
	// it is sunny <nil>
	// ended: normal
}

// An actor that has something to do first is ready at once all the same.
func ExampleSelf_Continue() {
	play(func(self *actor.Self[string]) { self.Continue("first of all") })
	// Output:
	// first of all
	// ended: normal
}

func ExampleParallelMap() {
	ctx := context.Background()
	words := slices.Values([]string{"one", "three", "eleven"})
	for n, err := range actor.ParallelMap(ctx, words, 2, func(_ context.Context, w string) (int, error) {
		return len(w), nil // takes its time
	}) {
		fmt.Println(n, err)
	}
	// Output:
	// 3 <nil>
	// 5 <nil>
	// 6 <nil>
}
