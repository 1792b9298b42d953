package pool

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
)

// A Spec declares a pool of workers that take messages of type M.
type Spec[M any] struct {
	// Name is the name of the workers' supervisor. It is required.
	Name string

	// Size is how many workers there are at first. Zero means one for each
	// processor, as runtime.GOMAXPROCS says.
	Size int

	// Worker declares every worker. Its Name, to which a hyphen and the number of
	// the worker are added, may be empty and is "worker" then. It is registered by
	// no name and owns nothing, for there are several of it.
	Worker actor.Spec[M]

	// Route says which worker gets a message. Zero means RoundRobin.
	Route Route

	// Key is what a message is routed by under ByKey, and required there. It is
	// called by senders, side by side.
	Key func(M) string

	// Supervisor has the policies of the workers' supervisor, such as Limit and
	// Defaults. The pool fills in Name and Children. Strategy is OneForOne,
	// MaxChildren is left to Resize. With AutoShutdown all workers are significant.
	Supervisor supervision.Spec

	// Capacity is how many messages wait in the queue that the workers share under
	// Pull. Zero means mailbox.DefaultCapacity.
	Capacity int

	// Attempts is how often a message is handled under Pull, until it is given up
	// because a worker has failed each time. Zero means 3.
	Attempts int
}

// What zero means in a Spec.
const (
	defaultAttempts = 3
	defaultName     = "worker"
)

// A Route says which worker of a pool gets a message. Those that are being
// restarted are passed over as long as there are others, but for ByKey and
// Broadcast; those whose address has ended always are.
type Route uint8

const (
	// RoundRobin: each in turn.
	RoundRobin Route = iota
	// Random: any one.
	Random
	// LeastLoaded: the one with the fewest messages in its mailbox and in hand,
	// each in turn among equals.
	LeastLoaded
	// ByKey: the one that Spec.Key's result belongs to. A worker that is being
	// restarted keeps its keys, and their messages wait for it in order. Only
	// when its address has ended do they go to others, and when a pool of n
	// changes by one worker, about one key in n changes its worker.
	ByKey
	// Broadcast: every one. What cannot be delivered to some goes to the others
	// all the same. A broadcast cannot be a question.
	Broadcast
	// Pull: messages wait in one queue, and a worker that is free takes the next
	// one. What a worker fails at is given to the next that is free.
	Pull
)

var routeNames = [...]string{"round_robin", "random", "least_loaded", "by_key", "broadcast", "pull"}

// String returns the route in lower case.
func (r Route) String() string {
	if int(r) < len(routeNames) {
		return routeNames[r]
	}
	return fmt.Sprintf("Route(%d)", uint8(r))
}

// withDefaults fills in what zero means.
func (s Spec[M]) withDefaults() Spec[M] {
	s.Size = cmp.Or(s.Size, runtime.GOMAXPROCS(0))
	s.Attempts = cmp.Or(s.Attempts, defaultAttempts)
	s.Worker.Name = cmp.Or(s.Worker.Name, defaultName)
	return s
}

// wrongWorker is what is wrong with the workers' own declaration.
func (s Spec[M]) wrongWorker() []error {
	s.Worker.Name = cmp.Or(s.Worker.Name, defaultName)
	if all, ok := s.Worker.Validate().(interface{ Unwrap() []error }); ok {
		return all.Unwrap()
	}
	return nil
}

// validate returns every wrong field, joined, each as a *supervision.SpecError,
// but for those that the supervisor's own validation finds.
func (s Spec[M]) validate() error {
	var errs []error
	check := func(field string, err error) {
		if err != nil {
			errs = append(errs, &supervision.SpecError{Supervisor: s.Name, Field: field, Err: err})
		}
	}
	wrong := func(is bool, field, format string, args ...any) {
		if is {
			check(field, fmt.Errorf(format, args...))
		}
	}
	wrong(s.Size < 0, "Size", "negative: %d", s.Size)
	wrong(int(s.Route) >= len(routeNames), "Route", "unknown: %v", s.Route)
	wrong(s.Route == ByKey && s.Key == nil, "Key", "is nil: there is nothing to route by")
	wrong(s.Route != ByKey && s.Key != nil, "Key", "is given: %v routes by none", s.Route)

	for _, err := range s.wrongWorker() {
		if field, ok := errors.AsType[*actor.FieldError](err); ok {
			check("Worker."+field.Field, field.Reason)
		} else {
			check("Worker", err)
		}
	}
	wrong(s.Worker.Registered != "", "Worker.Registered", "%q: no two workers have the same name", s.Worker.Registered)
	wrong(len(s.Worker.Owns) > 0, "Worker.Owns", "are given: no two workers own the same")

	up := s.Supervisor
	wrong(up.Name != "", "Supervisor.Name", "%q: Name is the supervisor's", up.Name)
	wrong(len(up.Children) > 0, "Supervisor.Children", "are given: all children are workers")
	wrong(up.MaxChildren != 0, "Supervisor.MaxChildren", "%d: Size and Resize say how many workers there are", up.MaxChildren)
	wrong(up.Strategy > supervision.OneForOne, "Supervisor.Strategy", "%v: workers do not depend on each other", up.Strategy)

	if s.Route == Pull {
		check("Capacity", mailbox.Config{Capacity: s.Capacity}.Validate())
		wrong(s.Attempts < 0, "Attempts", "negative: %d", s.Attempts)
		wrong(s.Worker.Mailbox != mailbox.Config{}, "Worker.Mailbox", "is given: messages wait in the queue")
	} else {
		wrong(s.Capacity != 0, "Capacity", "%d: %v has no queue", s.Capacity, s.Route)
		wrong(s.Attempts != 0, "Attempts", "%d: only Pull tries again", s.Attempts)
	}
	return errors.Join(errs...)
}
