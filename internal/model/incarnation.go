package model

// What the incarnations of workers and supervisors do, as seen from outside.

import "time"

// begin starts an incarnation.
func (w *World) begin(n *Node, life int) {
	n.life, n.by, n.asked, n.mode = life, Forever, Forever, beginning
	n.starts++
	n.begun = w.now
	if n.Sub != nil {
		if w.Brain != nil {
			n.brain = w.Brain(n, n.starts*1_000_000)
		} else {
			n.brain = New(n.Sub, n.starts*1_000_000)
		}
		n.news = append(n.news, Event{What: Begin})
		w.wake(n)
		return
	}
	w.Log = append(w.Log, Entry{At: w.now, Node: n})
	how := Well
	if len(n.coming) > 0 {
		how, n.coming = n.coming[0], n.coming[1:]
	}
	if how != Hangs {
		w.meet(n, w.takes(n, n.Starts), startOver, "", int(how))
	}
}

// takes is how long something takes.
func (w *World) takes(n *Node, d time.Duration) time.Duration {
	if w.uneven && d != Forever {
		d += Unevenness(n.index, n.starts)
	}
	return d
}

// Unevenness is what makes the n-th duration of the i-th node like no other one.
//
// It is less than a millisecond, and scrambled: sums must differ too.
func Unevenness(i, n int) time.Duration {
	x := uint64(i)*0x9E3779B97F4A7C15 + uint64(n)*0xBF58476D1CE4E5B9
	x ^= x >> 31
	x *= 0x94D049BB133111EB
	x ^= x >> 29
	return time.Duration(1+x%999_983) * time.Nanosecond
}

func (w *World) stop(n *Node, within time.Duration) {
	if n.mode == absent {
		return
	}
	if w.uneven && n.begun == w.now {
		w.open("something is stopped in the instant in which it starts")
	}
	if by := later(w.now, within); by < n.by {
		n.by = by
	}
	n.asked = min(n.asked, w.now)
	if n.Sub != nil {
		if n.held && n.by <= w.now {
			w.open("a supervisor that is held has no time to stop")
		}
		w.expect(n)
		w.deliver(n, Event{What: Halt, Within: left(w.now, n.by)})
		return
	}
	switch n.mode {
	case alive:
		w.hook(n)
		return
	case beginning, hanging, hooking:
		if n.by <= w.now {
			w.abandon(n)
			return
		}
	}
	w.expect(n)
}

// expect has a node abandoned at its deadline.
func (w *World) expect(n *Node) {
	by := n.deadline()
	if by == Forever {
		return
	}
	w.meet(n, by-w.now, timeOver, "", 0)
	if w.uneven && by != n.by {
		w.meet(n, n.by-w.now, late, "", 0)
	}
}

// deadline is when a node is abandoned. A supervisor that was given next to no
// time has some all the same, for its children have none either.
func (n *Node) deadline() time.Duration {
	if n.Sub != nil && n.by != Forever {
		return max(n.by, n.asked+supGrace)
	}
	return n.by
}

// startOver is the outcome of a worker's start.
func (w *World) startOver(n *Node, how Outcome) {
	switch how {
	case Well:
		n.mode = alive
		w.tell(n, Event{What: Started})
		if n.asked != Forever {
			w.hook(n)
		}
	case Ignores:
		w.gone(n)
		w.tell(n, Event{What: Started, Fault: ErrIgnore})
	default:
		w.gone(n)
		w.tell(n, Event{What: Started, Fault: n.Boom()})
	}
}

// hook runs the stop hook of a worker that was asked to stop.
func (w *World) hook(n *Node) {
	n.mode = hooking
	w.Log = append(w.Log, Entry{At: w.now, Node: n, Stops: true, Kind: Shutdown})
	if n.by != Forever {
		n.by = max(n.by, w.now+hookGrace)
	}
	w.expect(n)
	panics := 0
	if n.panics {
		panics = 1
	}
	n.panics = false
	w.meet(n, w.takes(n, n.Stops), hookOver, "", panics)
}

func (w *World) hookOver(n *Node, panics bool) {
	x := Exit{Kind: Shutdown}
	if panics {
		x.Fault = &Fault{What: Hook, Of: n.Boom()}
	}
	w.gone(n)
	w.tell(n, Event{What: Ended, Exit: x})
}

// abandon is the end of what has not ended in time. Of a supervisor nothing is
// heard any more then, nor of what is below it.
func (w *World) abandon(n *Node) {
	if n.Sub != nil && w.uneven {
		w.open("a supervisor is left behind")
	}
	e := Event{What: Ended, Exit: Exit{Kind: Abandoned, Fault: ErrAbandoned}}
	switch n.mode {
	case beginning:
		e = Event{What: Started, Fault: ErrAbandoned}
	case hooking:
		e.Exit.Fault = &Fault{What: Hook, Of: ErrAbandoned}
	case absent, alive, hanging:
	}
	w.sever(n)
	w.tell(n, e)
}

func (w *World) sever(n *Node) {
	for _, k := range n.Kids {
		w.sever(k)
	}
	w.gone(n)
}

// Booms are what workers fail with.
var Booms = [...]*Fault{{What: "apple"}, {What: "pear"}, {What: "plum"}}

// Boom is what a worker fails with of which nobody says how it is to fail.
func (n *Node) Boom() *Fault { return Booms[n.index%len(Booms)] }
