package system

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/understudy-go/understudy/actor"
)

// The phases of a shutdown, in order, if Config.Phases names no others.
const (
	// PhaseDrain is for what must be over before the first actor is stopped:
	// to wait until a load balancer has noticed, to refuse new work, to finish
	// what came in from outside of the tree.
	PhaseDrain = "drain"
	// PhaseActors is the stop of the tree. It is part of every shutdown, and
	// has no tasks.
	PhaseActors = "actors"
	// PhaseRelease is for what the actors have used, such as connections.
	PhaseRelease = "release"
)

// DefaultPhaseTimeout is the time of a phase that states none.
const DefaultPhaseTimeout = 5 * time.Second

// A Phase is one step of a shutdown: some tasks, all at the same time. The next
// one begins when they have returned, or this one's time is over.
type Phase struct {
	// Name tells the phase apart from the others. It has the form of an actor's
	// name, and goes into the name of a span.
	Name string

	// Timeout bounds the phase. Zero means DefaultPhaseTimeout, but for
	// PhaseActors no limit; actor.Forever means none either. While others come
	// after it that have something to do, a phase has at most half of the time
	// that is left of the whole shutdown.
	Timeout time.Duration

	// Required says that when a task of this phase fails, the tasks of all later
	// phases are skipped, as if they had failed with [ErrTaskSkipped]. The tree
	// is stopped all the same.
	Required bool

	// Tasks are the first tasks of the phase; [ActorSystem.OnShutdown] adds
	// others.
	Tasks []Task
}

// A Task is what a program has to do when its system is shut down, beside
// stopping actors. It runs once.
type Task struct {
	// Name tells the task apart from the others of its phase. It has the form of
	// an actor's name.
	Name string
	// Run does the task. ctx is done, with the cause ErrTaskTimeout, when the
	// phase's time is over; a task that goes on is left behind. An error, a panic
	// and runtime.Goexit are the task's failure, and concern no other task.
	Run func(ctx context.Context) error
}

// A TaskError says what became of a task of a shutdown, or why it was not added.
type TaskError struct {
	Phase string
	Task  string
	// Err is what the task returned, a *[actor.PanicError], [actor.ErrGoexit],
	// [ErrTaskTimeout] or [ErrTaskSkipped]; or the answer of OnShutdown.
	Err error
}

func (e *TaskError) Error() string {
	return fmt.Sprintf("system: shutdown task %s/%s: %v", clip(e.Phase), clip(e.Task), e.Err)
}

// Unwrap returns Err.
func (e *TaskError) Unwrap() error { return e.Err }

// clip bounds a name in a text.
func clip(name string) string {
	const most = 255 // what names may have
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") // not in the middle of a character
}

// OnShutdown adds a task to a phase of the system's shutdown. It may be called
// at any time before that phase begins, by tasks of earlier phases too.
//
// The error is a *[TaskError] with [ErrShutdown] when it is too late,
// [actor.ErrNotFound] when there is no such phase, [ErrTaskExists], or what is
// wrong with the task.
func (s *ActorSystem) OnShutdown(phase string, task Task) error {
	if err := s.course.add(phase, task); err != nil {
		return &TaskError{phase, task.Name, err}
	}
	return nil
}

// phases returns those of a configuration, with all defaults filled in. Tasks
// that are added later are not added to the configuration's.
func (c Config) phases() []Phase {
	phases := append([]Phase(nil), c.Phases...)
	if phases == nil {
		phases = []Phase{{Name: PhaseDrain}, {Name: PhaseActors}, {Name: PhaseRelease}}
	}
	for i := range phases {
		p := &phases[i]
		p.Tasks = append([]Task(nil), p.Tasks...)
		switch {
		case p.Timeout != 0:
		case p.Name == PhaseActors:
			p.Timeout = actor.Forever
		default:
			p.Timeout = DefaultPhaseTimeout
		}
	}
	return phases
}

// validatePhases tells each wrong field.
func (c Config) validatePhases(wrong func(field string, err error)) {
	names := map[string]bool{PhaseActors: c.Phases == nil}
	for i, p := range c.Phases {
		field := func(of string) string { return fmt.Sprintf("Phases[%d].%s", i, of) }
		wrong(field("Name"), checkName(p.Name, names))
		if p.Timeout < 0 {
			wrong(field("Timeout"), fmt.Errorf("is negative: %v", p.Timeout))
		}
		if p.Name == PhaseActors && len(p.Tasks) > 0 {
			wrong(field("Tasks"), errActorsOnly)
		}
		tasks := map[string]bool{}
		for k, t := range p.Tasks {
			wrong(field(fmt.Sprintf("Tasks[%d].Name", k)), checkName(t.Name, tasks))
			if t.Run == nil {
				wrong(field(fmt.Sprintf("Tasks[%d].Run", k)), errNil)
			}
		}
	}
	if !names[PhaseActors] {
		wrong("Phases", fmt.Errorf("have no %q", PhaseActors))
	}
}

var (
	errNil        = errors.New("is nil")
	errActorsOnly = errors.New("are given: in this phase the actors stop, and nothing else")
)

// checkName returns what is wrong with a name, and notes it.
func checkName(name string, taken map[string]bool) error {
	if name == "" {
		return errors.New("is empty")
	}
	if err := actor.CheckName(name); err != nil {
		return err
	}
	if taken[name] {
		return fmt.Errorf("duplicate %q", name)
	}
	taken[name] = true
	return nil
}

// A course is the way that a shutdown takes.
type course struct {
	mu     sync.Mutex
	phases []Phase // mu protects their Tasks
	begun  int     // how many have begun; protected by mu
}

// add adds a task.
func (c *course) add(phase string, t Task) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.phases {
		p := &c.phases[i]
		if p.Name != phase {
			continue
		}
		taken := make(map[string]bool, len(p.Tasks))
		for _, t := range p.Tasks {
			taken[t.Name] = true
		}
		switch {
		case phase == PhaseActors:
			return fmt.Errorf("tasks %w", errActorsOnly)
		case i < c.begun:
			return ErrShutdown
		case taken[t.Name]:
			return ErrTaskExists
		case t.Run == nil:
			return fmt.Errorf("Run %w", errNil)
		}
		if err := checkName(t.Name, taken); err != nil {
			return fmt.Errorf("name %w", err)
		}
		p.Tasks = append(p.Tasks, t)
		return nil
	}
	return fmt.Errorf("no such phase: %w", actor.ErrNotFound)
}

// next begins the next phase, to which nothing can be added any more. It reports
// whether something is to be done in those that come after it.
func (c *course) next() (p Phase, more, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun == len(c.phases) {
		return p, false, false
	}
	p = c.phases[c.begun]
	c.begun++
	for _, later := range c.phases[c.begun:] {
		more = more || later.Name == PhaseActors || len(later.Tasks) > 0
	}
	return p, more, true
}
