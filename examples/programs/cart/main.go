// Cart keeps the carts of a shop, each in an actor of its own. The cart of a
// user is found by the user's name, and opened if it is not there. One that
// nobody has used for a while is put away into a store, and restored from there
// when it is wanted again.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// Msg is what a cart takes.
type Msg interface{ cart() }

type Add struct {
	Item string
	Size actor.Reply[int] // how many items there are then
}
type List struct{ Items actor.Reply[[]string] }

func (Add) cart()  {}
func (List) cart() {}

// A Cart is restored when it starts, and put away when it ends in order.
type Cart struct {
	user  string
	items []string
	store *Store
}

func (c *Cart) Receive(_ context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Add:
		c.items = append(c.items, msg.Item)
		msg.Size.Send(len(c.items))
	case List:
		msg.Items.Send(slices.Clone(c.items))
	}
	return nil
}

// Stopped implements actor.Stopper.
func (c *Cart) Stopped(_ context.Context, exit actor.Exit) error {
	if exit.Kind.Abnormal() {
		return nil // what has failed is not worth keeping
	}
	c.store.Save(c.user, c.items)
	return nil
}

func cart(user string, store *Store, idle time.Duration) actor.Spec[Msg] {
	return actor.Spec[Msg]{Name: user, Registered: user, New: func(_ context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
		self.Passivate(idle)
		return &Cart{user, store.Load(user), store}, nil
	}}
}

// Carts are the carts of all users.
type Carts struct {
	sys        *system.ActorSystem
	supervisor actor.Ref[supervision.Message]
	open       func(context.Context, string) (actor.Ref[Msg], error)
}

// Open starts a shop without a cart.
func Open(ctx context.Context, store *Store, idle time.Duration) (*Carts, error) {
	carts := supervision.NewDynamic(supervision.Spec{Name: "carts", Defaults: supervision.Defaults{Restart: supervision.Transient}})
	sys, err := system.Start(ctx, system.Config{Name: "shop", Root: supervision.Spec{Children: []supervision.Child{{Process: carts}}}})
	return &Carts{sys, carts.Ref, supervision.Template(carts.Ref, "cart", func(user string) actor.Spec[Msg] {
		return cart(user, store, idle)
	})}, err
}

// of returns the cart of a user, which is opened if need be.
func (c *Carts) of(ctx context.Context, user string) (actor.Ref[Msg], error) {
	cart, err := system.Lookup[Msg](c.sys, user)
	if errors.Is(err, actor.ErrNotFound) {
		cart, err = c.open(ctx, user)
	}
	if errors.Is(err, supervision.ErrAlreadyStarted) {
		err = nil // somebody was faster
	}
	return cart, err
}

// ask asks the cart of a user, and asks again if it was about to be put away.
func ask[R any](ctx context.Context, c *Carts, user string, question func(actor.Reply[R]) Msg) (R, error) {
	for {
		cart, err := c.of(ctx, user)
		if err != nil {
			var none R
			return none, err
		}
		answer, err := actor.Ask(ctx, cart, question)
		if !errors.Is(err, actor.ErrStopped) {
			return answer, err
		}
	}
}

func (c *Carts) Add(ctx context.Context, user, item string) (int, error) {
	return ask(ctx, c, user, func(r actor.Reply[int]) Msg { return Add{item, r} })
}

func (c *Carts) List(ctx context.Context, user string) ([]string, error) {
	return ask(ctx, c, user, func(r actor.Reply[[]string]) Msg { return List{r} })
}

// A Store keeps carts that are not in use.
type Store struct {
	mu    sync.Mutex
	carts map[string][]string // protected by mu
}

func (s *Store) Load(user string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.carts[user])
}

func (s *Store) Save(user string, items []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.carts == nil {
		s.carts = map[string][]string{}
	}
	s.carts[user] = slices.Clone(items)
}

func run(ctx context.Context, out io.Writer, idle time.Duration) (err error) {
	carts, err := Open(ctx, new(Store), idle)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, carts.sys.Shutdown(context.WithoutCancel(ctx))) }()

	for _, step := range []struct {
		user, item string
		after      time.Duration
	}{{"ann", "tea", 0}, {"bob", "nails", 0}, {"ann", "milk", idle * 3 / 4}, {"ann", "sugar", idle * 3 / 4}, {"bob", "hammer", 0}} {
		time.Sleep(step.after)
		open, err := supervision.Count(ctx, carts.supervisor)
		if err != nil {
			return err
		}
		if _, err := carts.Add(ctx, step.user, step.item); err != nil {
			return err
		}
		items, err := carts.List(ctx, step.user)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d carts were open; that of %s has %v\n", open.Active, step.user, items)
	}
	return nil
}

func main() {
	if err := run(context.Background(), os.Stdout, 200*time.Millisecond); err != nil {
		log.Fatal(err)
	}
}
