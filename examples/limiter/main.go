// Limiter lets each customer do so much and no more: an actor for each key holds
// a bucket of tokens, which fills by itself. A bucket that nobody takes from for
// as long as it needs to be full is no different from a new one, so it goes, and
// the program holds only those that matter.
//
//	go run ./examples/limiter
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

type Msg interface{ limiter() }

// Allow asks for a token of a key.
type Allow struct {
	Key   string
	Reply actor.Reply[Verdict]
}

// Answer is what a bucket, or its end, has made of an Allow.
type Answer struct {
	Verdict Verdict
	Err     error
	Reply   actor.Reply[Verdict]
}

// Keys asks for which keys there are buckets.
type Keys struct{ Reply actor.Reply[[]string] }

// Happened says what has happened to a bucket.
type Happened struct {
	Key   string
	Event actor.Event
}

func (Allow) limiter()    {}
func (Answer) limiter()   {}
func (Keys) limiter()     {}
func (Happened) limiter() {}

// A Limiter has the buckets as its children.
type Limiter struct {
	self    *actor.Self[Msg]
	buckets map[string]*actor.Process[Take]
}

func NewLimiter(_ context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
	return &Limiter{self, make(map[string]*actor.Process[Take])}, nil
}

func (l *Limiter) Receive(ctx context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Allow:
		bucket, known := l.buckets[msg.Key]
		if !known {
			bucket = actor.New(actor.Spec[Take]{Name: msg.Key, New: NewBucket})
			if err := l.start(msg.Key, bucket); err != nil {
				return err
			}
			l.buckets[msg.Key] = bucket
		}
		// Other keys are served while this one's bucket has not answered.
		actor.AskAsync(ctx, l.self, bucket.Ref,
			func(r actor.Reply[Verdict]) Take { return Take{r} },
			func(v Verdict, err error) Msg { return Answer{v, err, msg.Reply} })
	case Answer:
		if msg.Err != nil {
			msg.Reply.Fail(msg.Err)
			break
		}
		msg.Reply.Send(msg.Verdict)
	case Keys:
		msg.Reply.Send(slices.Sorted(maps.Keys(l.buckets)))
	case Happened:
		if msg.Event.Kind != actor.ChildEnded {
			break
		}
		// All that a bucket is asked it is asked here. So what waits now was asked
		// when it was about to go, and no more can come until this is handled.
		bucket := l.buckets[msg.Key]
		if bucket.Info().Depth > 0 {
			return l.start(msg.Key, bucket)
		}
		delete(l.buckets, msg.Key)
	}
	return nil
}

// start starts a bucket. From then on its address takes messages, also when the
// bucket has ended, until that has been handled.
func (l *Limiter) start(key string, bucket *actor.Process[Take]) error {
	return l.self.Start(bucket, func(e actor.Event) Msg { return Happened{key, e} })
}

func run(ctx context.Context, out io.Writer) error {
	limiter := actor.New(actor.Spec[Msg]{Name: "limiter", New: NewLimiter})
	sys, err := system.Start(ctx, system.Config{
		Name: "api",
		Root: supervision.Spec{Children: []supervision.Child{{Process: limiter}}},
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	began := time.Now()
	// ask asks for n tokens, one after the other, and tells how many there were.
	ask := func(key string, n int) error {
		var allowed int
		var wait time.Duration
		for range n {
			v, err := actor.Ask(ctx, limiter.Ref, func(r actor.Reply[Verdict]) Msg { return Allow{key, r} })
			if err != nil {
				return err
			}
			if v.Allowed {
				allowed++
			}
			wait = v.Wait
		}
		_, err := fmt.Fprintf(out, "%4d ms  %s: %d of %d allowed, the next in %d ms\n",
			since(began), key, allowed, n, wait.Round(10*time.Millisecond).Milliseconds())
		return err
	}
	buckets := func() error {
		keys, err := actor.Ask(ctx, limiter.Ref, func(r actor.Reply[[]string]) Msg { return Keys{r} })
		if err == nil {
			_, err = fmt.Fprintf(out, "%4d ms  buckets: %v\n", since(began), keys)
		}
		return err
	}

	for _, step := range []struct {
		at time.Duration
		do func() error
	}{
		{0, func() error { return ask("ann", 7) }},
		{0, func() error { return ask("bob", 2) }}, // has a bucket of his own
		{250 * time.Millisecond, func() error { return ask("ann", 3) }},
		{250 * time.Millisecond, buckets},
		{600 * time.Millisecond, buckets}, // bob's was idle for long enough to be full
		{900 * time.Millisecond, buckets},
		{900 * time.Millisecond, func() error { return ask("ann", 7) }},
	} {
		time.Sleep(step.at - time.Since(began))
		if err := step.do(); err != nil {
			return err
		}
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
