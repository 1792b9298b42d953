package model

import "time"

// A Schedule is a tree and what happens to it.
type Schedule struct {
	Root *Spec
	Ops  []Op
}

// An Op is one thing that somebody does to a node, after some time.
type Op struct {
	After time.Duration
	Do    Deed
	Node  int           // its place in World.Nodes
	Kind  Kind          // of an End
	How   Outcome       // of the next N starts
	N     int           // likewise; which of the Booms an End is for; which one is Stale
	On    bool          // of a Sicken, a DoSwitch
	In    time.Duration // how much time there is to stop
}

// A Deed is what is done.
type Deed uint8

// The deeds.
const (
	Wait      Deed = iota // nothing
	End                   // a worker ends by itself
	Next                  // it is said how the next starts of a worker will go
	HookPanic             // and that its next stop hook will panic
	Hang                  // a worker does not come back from its handler
	DoAdd                 // the four commands, to the node's supervisor
	DoTerminate
	DoRevive
	DoDelete
	DoSwitch // the checks of its health, on or off
	Sicken   // a worker is not well from now on, or is well again
	Hold     // a supervisor looks at nothing any more
	Release  // but now it does
	Stale    // a supervisor is told something that it has been told before
	DoHalt   // the root is stopped
)

// Do lets an op happen, and reports whether it could. Who is to end or to hang
// and does not run is left in peace, and so is who is to be sick and is never
// asked; the next one with whom it makes sense is taken, and put down in o.
func (w *World) Do(o *Op) bool {
	w.Pass(o.After)
	if o.Do == End || o.Do == Hang || o.Do == Sicken {
		o.Node = w.victim(o.Node, o.Do == Sicken)
	}
	n := w.Nodes[o.Node]
	switch o.Do {
	case Wait:
	case End:
		if n.Sub != nil || n.mode != alive {
			return false
		}
		w.end(n, o.Exit())
	case Next:
		if n.Sub != nil {
			return false
		}
		n.coming = n.coming[:0]
		for range o.N {
			n.coming = append(n.coming, o.How)
		}
	case HookPanic:
		if n.Sub != nil {
			return false
		}
		n.panics = true
	case Hang:
		if n.Sub != nil || n.mode != alive {
			return false
		}
		n.mode = hanging
	case Sicken:
		if n.Sub != nil {
			return false
		}
		n.sick = o.On
	case DoAdd, DoTerminate, DoRevive, DoDelete, DoSwitch:
		if n.Parent == nil || n.Parent.mode == absent {
			return false
		}
		w.Replies = append(w.Replies, Answer{})
		e := Event{What: Add + EventKind(o.Do-DoAdd), Child: n.ID, Req: len(w.Replies), On: o.On}
		if o.Do == DoAdd {
			e.Spec = n.ChildSpec
		}
		w.send(n.Parent, e)
	case Hold:
		if n.Sub == nil || n.mode == absent || n.held {
			return false
		}
		n.held = true
	case Release:
		if !n.held {
			return false
		}
		n.held = false
		w.wake(n)
	case Stale:
		if len(w.past) == 0 {
			return false
		}
		d := w.past[o.N%len(w.past)]
		w.deliver(d.to, d.e)
	case DoHalt:
		w.stop(w.Root, o.In)
	}
	w.settle()
	return true
}

// Exit is the end that an End brings about.
func (o *Op) Exit() Exit {
	switch o.Kind {
	case Failure, Panic:
		return Exit{o.Kind, Booms[o.N%len(Booms)]}
	case Goexit:
		return Exit{o.Kind, ErrGoexit}
	default:
		return Exit{Kind: o.Kind}
	}
}

// end is the end of a worker that nobody has asked for, unless it goes on all the
// same: as it is, or at once as a new incarnation.
func (w *World) end(n *Node, x Exit) {
	switch v := n.Verdict(x); {
	case v == DoResume:
		w.tell(n, Event{What: Resumed, Exit: x})
	case v == DoRestart && n.Keeps && n.Backoff == nil && x.Kind.Abnormal():
		w.tell(n, Event{What: Renewed, Exit: x})
	default:
		w.Log = append(w.Log, Entry{At: w.now, Node: n, Stops: true, Kind: x.Kind})
		w.gone(n)
		w.tell(n, Event{What: Ended, Exit: x})
	}
}

// victim returns the first worker from i on that runs, and is asked how it fares
// if that matters.
func (w *World) victim(i int, asked bool) int {
	for k := range w.Nodes {
		j := (i + k) % len(w.Nodes)
		if n := w.Nodes[j]; n.Sub == nil && n.mode == alive && (n.Health != nil || !asked) {
			return j
		}
	}
	return i
}
