package main

import (
	"context"
	"time"

	"github.com/understudy-go/understudy/actor"
)

const (
	refill = 100 * time.Millisecond // for one token
	full   = 5 * refill             // a bucket holds five
)

// Verdict is the answer to a Take.
type Verdict struct {
	Allowed bool
	Wait    time.Duration // if not, how long it takes until there is a token
}

// Take asks for a token out of a bucket.
type Take struct{ Reply actor.Reply[Verdict] }

// A Bucket knows when it will be full: each token that is taken is one more to
// be waited for. That is all there is to count.
type Bucket struct{ full time.Time }

// NewBucket makes a bucket that is full, and that ends when it is full again and
// nobody has asked meanwhile.
func NewBucket(_ context.Context, self *actor.Self[Take]) (actor.Actor[Take], error) {
	self.Passivate(full)
	return new(Bucket), nil
}

func (b *Bucket) Receive(_ context.Context, msg Take) error {
	now := time.Now()
	if b.full.Before(now) {
		b.full = now
	}
	after := b.full.Add(refill)
	if wait := after.Sub(now) - full; wait > 0 {
		msg.Reply.Send(Verdict{Wait: wait})
		return nil
	}
	b.full = after
	msg.Reply.Send(Verdict{Allowed: true})
	return nil
}
