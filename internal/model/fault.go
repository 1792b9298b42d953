package model

import (
	"slices"
	"strings"
)

// A Fault is an error. What a supervisor has to tell is made of what its
// children ended with.
type Fault struct {
	What  string   // such as "boom 3" or one of the words below
	Child string   // whom it is about
	Of    *Fault   // the cause
	Also  []*Fault // what went wrong while the others were stopped
}

// The words for what supervisors say themselves.
const (
	Escalated   = "escalated"    // Child ended with Of, which a rule makes the supervisor's own fault
	Unhealthy   = "unhealthy"    // Child was stopped for its health; Of went wrong then
	GaveUp      = "gave up"      // one restart too many of Child, because of Of
	StartFailed = "start failed" // Child could not be started
	Troubled    = "shutdown"     // the orderly end of a supervisor, with Also
	Joined      = "joined"       // Of, and Also
	NotStopped  = "not stopped"  // Child did not stop in order
	Hook        = "stop hook"    // failed, with Of
	WasNormal   = "normal"       // a normal end, as the cause of something
	WasShutdown = "was shutdown" // likewise
)

// Faults that say no more.
var (
	ErrNotFound       = &Fault{What: "no such child"}
	ErrRunning        = &Fault{What: "running"}
	ErrRestarting     = &Fault{What: "restarting"}
	ErrMaxChildren    = &Fault{What: "too many children"}
	ErrHealthOff      = &Fault{What: "health is not checked"}
	ErrGoexit         = &Fault{What: "goexit"}
	ErrAlreadyStarted = &Fault{What: "already started"}
	ErrAlreadyPresent = &Fault{What: "already present"}
	ErrStopped        = &Fault{What: "stopped"}
	ErrIgnore         = &Fault{What: "ignored"}
	ErrStartTimeout   = &Fault{What: "start timeout"}
	ErrAbandoned      = &Fault{What: "abandoned"}
	ErrShutdown       = &Fault{What: "asked to stop"}
)

// String returns the fault in words.
func (f *Fault) String() string {
	if f == nil {
		return "ok"
	}
	var b strings.Builder
	b.WriteString(f.What)
	if f.Child != "" {
		b.WriteString(" " + f.Child)
	}
	if f.Of != nil {
		b.WriteString(": " + f.Of.String())
	}
	for _, also := range f.Also {
		b.WriteString("; " + also.String())
	}
	return b.String()
}

// An Exit is the end of an incarnation.
type Exit struct {
	Kind  Kind
	Fault *Fault
}

// cause is the end as the reason for something.
func (x Exit) cause() *Fault {
	switch {
	case x.Kind == Normal:
		return &Fault{What: WasNormal}
	case x.Kind == Shutdown && (x.Fault == nil || x.Fault.What != GaveUp):
		return &Fault{What: WasShutdown}
	default:
		return x.Fault
	}
}

// cutShort is the end of a child that was stopped before it was ready, and that
// has told f. Whatever that is, it was asked to end; only what had to be left
// behind, and hooks that failed, must be told.
func (f *Fault) cutShort() Exit {
	switch {
	case f.What == Troubled, f.tells(Hook) && !f.tells(ErrAbandoned.What):
		return Exit{Kind: Shutdown, Fault: f}
	case f.tells(ErrAbandoned.What):
		return Exit{Kind: Abandoned, Fault: f}
	default:
		return Exit{Kind: Shutdown}
	}
}

// late is the end of a child whose start took too long as the reason why it has
// not started.
func (x Exit) late() *Fault {
	if x.Kind == Abandoned {
		return &Fault{What: ErrStartTimeout.What, Of: x.Fault}
	}
	return ErrStartTimeout
}

// tells reports whether the fault, or what it is made of, is of the given sort.
func (f *Fault) tells(what string) bool {
	return f != nil && (f.What == what || f.Of.tells(what) ||
		slices.ContainsFunc(f.Also, func(f *Fault) bool { return f.tells(what) }))
}
