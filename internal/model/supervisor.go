package model

import (
	"slices"
	"time"
)

// A Supervisor is the rules for one incarnation of a supervisor. Handle is its
// whole interface: what happens goes in, what is to be done comes out.
//
// At one time it is at one job at most that concerns several children: the
// initial start, the restart of a group, the teardown. A job is a list of steps.
type Supervisor struct {
	spec     *Spec
	children []*Child // in the order of their start
	stage    stage

	todo   []step // what is left of the job
	awaits *Child // the child whose start or stop the job waits for
	group  group

	lapsed []*lapse        // to be decided when the job is over, in this order
	units  []time.Duration // restarts that may still count

	ending ending
	fault  *Fault        // of the ending
	also   []*Fault      // what goes wrong in the teardown
	by     time.Duration // when the teardown has to be over

	live int
	last int // the last life, token or place given out
	now  time.Duration
	out  []Effect
}

type stage uint8

const (
	unborn   stage = iota
	starting       // busy: the initial start
	serving        // there is no job
	grouping       // busy: a group is stopped and started
	waiting        // a group that is down waits to be started
	closing        // busy: the teardown
	over
)

// A step is one piece of a job.
type step struct {
	do    verb
	child *Child
}

type verb uint8

const (
	bringDown verb = iota
	pause
	bringUp
)

// New returns a supervisor that has not begun. Lives and tokens are numbered
// from first: what is left over from another incarnation must not be mistaken
// for its own.
func New(spec *Spec, first int) *Supervisor {
	s := &Supervisor{spec: spec, by: Forever, last: first}
	for _, c := range spec.Children {
		s.join(c)
	}
	return s
}

// Children returns what the supervisor knows of its children.
func (s *Supervisor) Children() []*Child { return s.children }

// Handle lets something happen. What it returns is good until the next call.
func (s *Supervisor) Handle(e Event, now time.Duration) []Effect {
	s.now, s.out = now, s.out[:0]
	switch e.What {
	case Begin:
		s.begin()
	case Halt:
		s.halt(e.Within)
	case Started:
		if c := s.find(e.Child); c != nil && c.live() && c.life == e.Life && !c.up {
			s.started(c, e.Fault)
		}
	case Ended:
		if c := s.find(e.Child); c != nil && c.live() && c.life == e.Life {
			s.ended(c, e.Exit)
		}
	case Resumed: // nothing changes
	case Renewed:
		if c := s.find(e.Child); c != nil && c.life == e.Life && c.up {
			s.renewed(c, e.Exit)
		}
	case Diagnosed:
		if c := s.find(e.Child); c != nil && c.asking && c.token == e.Token {
			s.diagnosed(c, e.Well)
		}
	case Alarm, Retry:
		if c := s.find(e.Child); c != nil && c.token != 0 && c.token == e.Token {
			s.called(c)
		}
	case Add:
		s.add(e.Req, e.Spec)
	case Terminate:
		s.terminate(e.Req, e.Child)
	case Revive:
		s.revive(e.Req, e.Child)
	case Delete:
		s.delete(e.Req, e.Child)
	case Switch:
		s.switchHealth(e.Req, e.Child, e.On)
	}
	s.settle()
	return s.out
}

// begin is the initial start: one child after the other, each one up before the
// next.
func (s *Supervisor) begin() {
	if s.stage != unborn {
		return
	}
	s.stage = starting
	for _, c := range s.children {
		c.due = true
		s.todo = append(s.todo, step{bringUp, c})
	}
	s.proceed()
}

// busy reports whether a job is on that a restart would interfere with. A group
// that merely waits does not mind: whatever is decided meanwhile takes it along.
func (s *Supervisor) busy() bool { return s.stage != serving && s.stage != waiting }

// proceed goes on with the job until it has to wait for a child, or is over.
func (s *Supervisor) proceed() {
	for s.awaits == nil && len(s.todo) > 0 {
		next := s.todo[0]
		s.todo = s.todo[1:]
		c := next.child
		switch next.do {
		case bringDown:
			s.bringDown(c)
		case pause:
			if !s.rested() {
				s.stage = waiting
				return
			}
		case bringUp:
			if c.due && !c.gone {
				c.due = false
				s.awaits = c
				s.start(c, s.reason())
			}
		}
	}
	if s.awaits != nil {
		return
	}
	switch s.stage {
	case starting:
		s.stage = serving
		s.do(Effect{Do: Ready})
	case grouping:
		s.stage = serving
	case closing:
		if s.live == 0 {
			s.close()
		}
	}
}

// reason is why the job in hand starts children.
func (s *Supervisor) reason() reason {
	if s.stage == starting {
		return initially
	}
	return together
}

// bringDown stops a child in its turn. One that somebody else has stopped is
// waited for in its place, whatever is to become of it, unless it is just being
// added.
func (s *Supervisor) bringDown(c *Child) {
	switch {
	case c.gone || !c.live():
	case s.stage == closing:
		s.awaits = c
		s.tearDown(c)
	case c.State == Stopping && !c.arriving():
		s.awaits = c
	case c.due:
		s.awaits = c
		s.stop(c, c.Stop, c.Restart != Temporary)
	}
}

// done tells the job that a child is up, or down.
func (s *Supervisor) done(c *Child) {
	if s.awaits == c {
		s.awaits = nil
		s.proceed()
	}
}

// settle decides what had to wait for the end of a job.
func (s *Supervisor) settle() {
	for len(s.lapsed) > 0 && !s.busy() {
		l := s.lapsed[0]
		s.lapsed = s.lapsed[1:]
		switch c := l.child; {
		case l.last:
			if !c.active() { // nobody has brought it back
				s.autoShutdown()
			}
		case l.inPlace:
			s.count(*l)
		case c.lapse == l: // nobody else has decided
			c.lapse = nil
			s.decide(*l)
		}
	}
}

func (s *Supervisor) join(spec *ChildSpec) *Child {
	c := &Child{ChildSpec: spec, State: Starting, place: s.number(), checked: spec.Health != nil}
	s.children = append(s.children, c)
	return c
}

func (s *Supervisor) forget(c *Child) {
	c.gone = true
	s.children = slices.DeleteFunc(s.children, func(d *Child) bool { return d == c })
}

func (s *Supervisor) find(id string) *Child {
	for _, c := range s.children {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (s *Supervisor) down(c *Child) {
	c.life, c.up = 0, false
	s.live--
}

func (s *Supervisor) arm(c *Child, after time.Duration) {
	c.token, c.timer = s.number(), true
	s.do(Effect{Do: Arm, Child: c.ID, Token: c.token, Within: after})
}

func (s *Supervisor) again(c *Child) {
	c.token, c.timer = s.number(), false
	s.do(Effect{Do: Again, Child: c.ID, Token: c.token})
}

// disarm calls off what a child waits for.
func (s *Supervisor) disarm(c *Child) {
	if c.token != 0 && c.timer {
		s.do(Effect{Do: Disarm, Child: c.ID, Token: c.token})
	}
	c.token, c.asking = 0, false
}

func (s *Supervisor) retire(c *Child) { s.do(Effect{Do: Retire, Child: c.ID}) }

func (s *Supervisor) reply(req int, f *Fault) { s.do(Effect{Do: Reply, Req: req, Fault: f}) }

// answer answers the command that waits for a child's start, if there is one.
func (s *Supervisor) answer(c *Child, f *Fault) {
	if c.starter != 0 {
		s.reply(c.starter, f)
		c.starter = 0
	}
}

func (s *Supervisor) do(e Effect) { s.out = append(s.out, e) }

func (s *Supervisor) number() int {
	s.last++
	return s.last
}

// later is a point in time, or never.
func later(now, within time.Duration) time.Duration {
	if within == Forever {
		return Forever
	}
	return now + within
}

// left is how much time remains until by.
func left(now, by time.Duration) time.Duration {
	if by == Forever {
		return Forever
	}
	return max(0, by-now)
}
