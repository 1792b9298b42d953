package model

import (
	"math"
	"time"
)

// Forever is the duration that means "no limit".
const Forever = time.Duration(math.MaxInt64)

// A Strategy says who shares the fate of a child that is restarted.
type Strategy uint8

const (
	OneForOne  Strategy = iota // nobody
	OneForAll                  // all others
	RestForOne                 // those that were started after it
)

// A Restart says after which ends a child comes back.
type Restart uint8

const (
	Permanent Restart = iota // all
	Transient                // abnormal ones
	Temporary                // none; the child is forgotten
)

// A Kind is the class of an end.
type Kind uint8

const (
	Normal Kind = iota
	Shutdown
	Failure
	Panic
	Goexit
	Abandoned
)

// Abnormal reports whether the end was neither normal nor asked for.
func (k Kind) Abnormal() bool { return k >= Failure }

// A Limit allows Max restarts within any window of length Per, edges included.
type Limit struct {
	Max int
	Per time.Duration // zero: there is no limit
}

// A Backoff delays restarts: Base, twice that, and so on up to Max; from Base
// again when the child has been up for half of Base+Max.
type Backoff struct{ Base, Max time.Duration }

func (b *Backoff) delay(n int) time.Duration {
	d := b.Base
	for range min(n, 10) {
		d = min(2*d, b.Max)
	}
	return d
}

func (b *Backoff) stable() time.Duration { return b.Base/2 + b.Max/2 }

// A Spec declares a supervisor.
type Spec struct {
	Strategy Strategy
	Limit    Limit
	Dynamic  bool // children stop side by side; those without a process are forgotten
	Children []*ChildSpec
	Extra    []*ChildSpec // what StartChild may add
}

// A ChildSpec declares a child, which is a worker or a supervisor.
type ChildSpec struct {
	ID           string
	Restart      Restart
	Stop         time.Duration // how long it may take to stop
	StartTimeout time.Duration // how long it may take to start
	Backoff      *Backoff

	// Sub is what the child supervises; nil for a worker.
	Sub *Spec
	// Starts and Stops are how long a worker takes for it, where it does at all.
	Starts, Stops time.Duration
}
