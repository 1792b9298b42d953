package supervision

import (
	"strconv"

	"github.com/understudy-go/understudy/actor"
)

// Restart says which ends of a child mean that it is started again.
// The zero value takes what the supervisor's [Defaults] say, and Permanent if
// they say nothing.
type Restart uint8

const (
	// Permanent children are started again however they ended.
	Permanent Restart = iota + 1
	// Transient children are started again after an abnormal end only: a
	// failure, a panic, a Goexit, an abandonment.
	Transient
	// Temporary children are never started again; the supervisor forgets them
	// when they end.
	Temporary
)

// String returns the restart type's name as it is written in traces.
func (r Restart) String() string {
	switch r {
	case 0:
		return "inherit"
	case Permanent:
		return "permanent"
	case Transient:
		return "transient"
	case Temporary:
		return "temporary"
	}
	return "Restart(" + strconv.Itoa(int(r)) + ")"
}

// After reports whether an end of the given kind means a restart.
// The zero Restart answers as Permanent does.
func (r Restart) After(k actor.Kind) bool {
	switch r {
	case Transient:
		return k.Abnormal()
	case Temporary:
		return false
	}
	return true
}

func (r Restart) valid() bool { return r <= Temporary }
