package actor_test

import (
	"context"
	"fmt"

	"github.com/understudy-go/understudy/actor"
)

// Guests join the room that they are in. The porter is told who comes and goes.
func ExampleGroups() {
	ctx := context.Background()
	var rooms actor.Groups[string, string]
	guest := func(name string) *actor.Process[string] {
		return actor.New(actor.Spec[string]{
			Name: name,
			New: func(_ context.Context, self *actor.Self[string]) (actor.Actor[string], error) {
				return actor.Func[string](func(context.Context, string) error { return actor.ErrStop }),
					rooms.Join("lobby", self.Ref())
			},
		})
	}
	seen := make(chan string)
	porter := actor.New(actor.Spec[string]{
		Name: "porter",
		New: func(_ context.Context, self *actor.Self[string]) (actor.Actor[string], error) {
			_, _, err := actor.Follow(self, &rooms, "lobby", func(c actor.Change[string, string]) string {
				return fmt.Sprint(c.Member.Name(), " joined: ", c.Joined)
			})
			return actor.Func[string](func(_ context.Context, line string) error {
				seen <- line
				return nil
			}), err
		},
	})
	p := newParent()
	porter.Start(ctx, p)
	<-p.started
	for _, name := range []string{"ada", "ben"} {
		g := guest(name)
		g.Start(ctx, keeper{g})
		fmt.Println(<-seen)
	}
	for member := range rooms.Members("lobby") {
		fmt.Println("in the lobby:", member.Name())
	}
	if err := firstOf(rooms.Members("lobby")).Send(ctx, "taxi"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(<-seen)
	n, err := rooms.Send(ctx, "lobby", "closing time")
	fmt.Println("sent to", n, err)
	fmt.Println(<-seen)
	porter.Stop(actor.Forever)
	<-p.ended
	// Output:
	// ada joined: true
	// ben joined: true
	// in the lobby: ada
	// in the lobby: ben
	// ada joined: false
	// sent to 1 <nil>
	// ben joined: false
	// ended: shutdown
}

func firstOf[M any](refs func(func(actor.Ref[M]) bool)) (first actor.Ref[M]) {
	for r := range refs {
		return r
	}
	return first
}
