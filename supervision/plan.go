package supervision

import (
	"cmp"
	"time"

	"github.com/understudy-go/understudy/actor"
)

const defaultStartTimeout = 30 * time.Second

// plan is a validated spec with every default filled in. A machine reads it and
// never changes it, so every incarnation of a supervisor shares one.
type plan struct {
	name, path string
	strategy   Strategy
	limit      Limit
	strict     bool // giving up is a shutdown
	auto       AutoShutdown
	most       int // children at a time; 0: no bound
	// sideBySide marks a dynamic supervisor: its children stop all at once, and
	// a child without a process is forgotten.
	sideBySide bool
	children   []childPlan
	// unwatched says that nobody wants to know of events.
	unwatched bool
	// incarnation is the supervisor's own. It gives each machine numbers of its
	// own, for a retry may outlive its machine in the supervisor's mailbox.
	incarnation uint64
	// chance returns a number in [0, 1) for the jitter of backoffs.
	chance func() float64
}

// childPlan is one child of a plan. The process is carried, never called.
type childPlan struct {
	id, name, typ string
	process       actor.Child
	supervisor    bool
	significant   bool
	keepChildren  bool
	resumable     bool // it can be resumed, or renewed
	restart       Restart
	shutdown      Shutdown
	startTimeout  time.Duration // actor.Forever: none
	startRetries  int
	backoff       *Backoff
	rules         []Rule
	health        *HealthCheck  // with its defaults filled in; nil: not checked
	checker       actor.Checker // whom to ask; nil: the child is well
	limit         Limit         // of its own; zero: none
}

// newPlan resolves a spec that Validate has accepted. supervises tells the
// children that are supervisors themselves.
func newPlan(s Spec, path string, supervises func(actor.Child) bool, chance func() float64) *plan {
	p := &plan{
		name: s.Name, path: path, strategy: s.Strategy, limit: s.Limit, strict: s.StrictOTP,
		auto: s.AutoShutdown, most: s.MaxChildren, chance: chance,
		children: make([]childPlan, 0, len(s.Children)),
	}
	for _, c := range s.Children {
		p.children = append(p.children, c.plan(s.Defaults, supervises(c.Process)))
	}
	return p
}

// plan resolves a valid child against its supervisor's defaults.
func (c Child) plan(d Defaults, supervisor bool) childPlan {
	stop, ready := defaultShutdown, defaultStartTimeout
	if supervisor {
		// It takes as long as all that is below it, which has limits of its own.
		stop, ready = Infinity, actor.Forever
	}
	p := childPlan{
		id: c.ID, name: c.Process.Name(), process: c.Process, supervisor: supervisor,
		restart:      cmp.Or(c.Restart, d.Restart, Permanent),
		shutdown:     cmp.Or(c.Shutdown, d.Shutdown, stop),
		startTimeout: cmp.Or(c.StartTimeout, d.StartTimeout, ready),
		startRetries: cmp.Or(c.StartRetries, d.StartRetries),
		backoff:      cmp.Or(c.Backoff, d.Backoff),
		rules:        c.Decider,
		health:       cmp.Or(c.Health, d.Health).resolved(),
		limit:        c.Limit, significant: c.Significant, keepChildren: c.KeepChildren,
		resumable: !supervisor && !isWorker(c.Process),
	}
	p.checker = p.health.checker(c.Process)
	if p.rules == nil {
		p.rules = d.Decider
	}
	p.typ = typeOf(c.Process)
	if p.id == "" {
		p.id = p.name
	}
	return p
}

// typeOf is the type of a child that tells one, such as "Counter", or empty.
func typeOf(child actor.Child) string {
	if t, ok := child.(actor.Typer); ok {
		return t.Type()
	}
	return ""
}
