package supervision

import (
	"sync/atomic"

	"github.com/understudy-go/understudy/actor"
)

// fate is the order that a supervisor has given an incarnation: none yet, to stop
// for good, or to stop and come back.
type fate struct{ order atomic.Uint32 }

type order uint32

const (
	stopForGood order = iota + 1
	stopAndRestart
)

func (f *fate) load() order { return order(f.order.Load()) }

// set notes an order. The last one counts.
func (f *fate) set(again bool) {
	o := stopForGood
	if again {
		o = stopAndRestart
	}
	f.order.Store(uint32(o))
}

func (o order) prospect() actor.Prospect {
	if o == stopAndRestart {
		return actor.Restarts
	}
	return actor.Ends
}
