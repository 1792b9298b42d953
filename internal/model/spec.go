package model

import (
	"math"
	"time"
)

// Forever is the duration that means "no limit".
const Forever = time.Duration(math.MaxInt64)

// A Strategy says who shares the fate of a child that is restarted.
type Strategy uint8

// The strategies, each with who that is.
const (
	OneForOne  Strategy = iota // nobody
	OneForAll                  // all others
	RestForOne                 // those that were started after it
)

// A Restart says after which ends a child comes back.
type Restart uint8

// The restart types, each with those ends.
const (
	Permanent Restart = iota // all
	Transient                // abnormal ones
	Temporary                // none; the child is forgotten
)

// A Kind is the class of an end.
type Kind uint8

// The kinds.
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

// A Rule says what becomes of a child that has ended, or has not started again,
// because of a fault of that sort, whatever its restart type says. The first
// one that fits counts.
type Rule struct {
	Sort string
	Then Verdict
}

// A Verdict is what becomes of a child.
type Verdict uint8

// The verdicts.
const (
	DoRestart  Verdict = iota
	DoStop             // for good
	DoEscalate         // the supervisor fails in its place
	DoResume           // it goes on, where that is possible
)

// An Auto says whether the ends of significant children end their supervisor.
type Auto uint8

// When that is so: never, at the first of their ends, at the last.
const (
	Never Auto = iota
	AnySignificant
	AllSignificant
)

// A Health has a child that runs asked how it fares: Interval after it came up,
// or after the last answer. After Threshold bad answers, or none within Timeout,
// without a good one between them, it is stopped and counts as failed.
type Health struct {
	Interval, Timeout time.Duration
	Threshold         int
}

// A Spec declares a supervisor.
type Spec struct {
	Strategy Strategy
	Limit    Limit
	Strict   bool // to give up is an orderly end
	Auto     Auto
	Dynamic  bool // children stop side by side; those without a process are forgotten
	Most     int  // how many children there may be; 0 for any number
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
	Retries      int // of the initial start
	Rules        []Rule
	Limit        Limit // for restarts on its account
	Significant  bool
	Health       *Health
	Keeps        bool // restarted in place when it fails: its own children stay

	// Sub is what the child supervises; nil for a worker.
	Sub *Spec
	// Starts and Stops are how long a worker takes for it, where it does at all.
	Starts, Stops time.Duration
}
