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

// start starts a new incarnation.
func (s *Supervisor) start(c *Child, why reason) {
	s.live++
	c.life, c.up, c.late, c.ailing, c.why = s.number(), false, false, false, why
	c.State, c.stopBy = Starting, Forever
	s.do(Effect{Do: Start, Child: c.ID, Life: c.life})
	if c.StartTimeout != Forever {
		s.arm(c, c.StartTimeout)
	}
}

// stop asks a child to end.
func (s *Supervisor) stop(c *Child, within time.Duration, back bool) {
	s.disarm(c)
	c.State, c.back = Stopping, back
	s.stopWithin(c, within)
}

func (s *Supervisor) stopWithin(c *Child, within time.Duration) {
	c.stopBy = later(s.now, within)
	s.do(Effect{Do: Stop, Child: c.ID, Within: within, Back: c.back})
}

// started is the outcome of a start.
func (s *Supervisor) started(c *Child, fault *Fault) {
	if fault != nil {
		s.notStarted(c, fault)
		return
	}
	c.up, c.since = true, s.now
	if c.State == Stopping {
		return // its end is on the way
	}
	s.disarm(c)
	c.State = Running
	if c.why == alone || c.why == together {
		c.Restarts++
	}
	s.answer(c, nil)
	s.watch(c)
	s.done(c)
}

// notStarted is a start that has come to nothing. If the child was asked to stop
// meanwhile, that is its end.
func (s *Supervisor) notStarted(c *Child, fault *Fault) {
	s.disarm(c)
	s.down(c)
	switch {
	case c.State == Stopping:
		s.stopped(c, fault.cutShort())
	case s.stage == closing:
		s.tornDown(c)
	case c.due: // its group is being stopped
		s.absorb(c)
	case fault == ErrIgnore:
		s.ignored(c)
	default:
		s.startFailed(c, fault)
	}
}

// ignored is a child that chose not to run. That is no failure.
func (s *Supervisor) ignored(c *Child) {
	s.rest(c, Stopped)
	s.answer(c, ErrIgnore)
	s.done(c)
}

// startFailed is a child that could not be started.
func (s *Supervisor) startFailed(c *Child, fault *Fault) {
	switch c.why {
	case initially:
		if c.retries < c.Retries {
			c.retries++
			c.State = Starting
			s.delay(c, true)
			return
		}
		s.teardown(startAborted, &Fault{What: StartFailed, Child: c.ID, Of: fault})
	case added: // it has never been there
		s.forget(c)
		s.retire(c)
		s.answer(c, fault)
		s.done(c)
	case byHand:
		s.rest(c, Failed)
		s.answer(c, fault)
		s.done(c)
	case together, alone:
		l := lapse{child: c, exit: Exit{Failure, fault}, starting: true}
		switch {
		case c.Verdict(l.exit) == DoStop:
			s.dropped(c)
			s.done(c)
		case c.why == together: // the job begins anew
			s.awaits, s.todo = nil, nil
			s.decide(l)
		default:
			s.decideOrDefer(l)
		}
	}
}

// dropped is a child that has ended by itself and does not come back.
func (s *Supervisor) dropped(c *Child) {
	s.rest(c, Stopped)
	switch {
	case !c.Significant || s.closed():
	case s.busy():
		s.lapsed = append(s.lapsed, &lapse{child: c, last: true})
	default:
		s.autoShutdown()
	}
}

// autoShutdown ends the supervisor if enough significant children have ended.
func (s *Supervisor) autoShutdown() {
	for _, c := range s.children {
		if s.spec.Auto == AllSignificant && c.Significant && c.active() {
			return
		}
	}
	s.teardown(ordered, nil)
}

// ended is the end of a child that had come up.
func (s *Supervisor) ended(c *Child, x Exit) {
	s.disarm(c)
	s.down(c)
	if c.Backoff != nil && s.now-c.since >= c.Backoff.stable() {
		c.failures = 0
	}
	if c.State == Stopping {
		s.stopped(c, x)
	} else {
		s.endedItself(c, x)
	}
}

// endedItself is an end that nobody has asked for.
func (s *Supervisor) endedItself(c *Child, x Exit) {
	switch {
	case s.stage == closing:
		s.collect(c, x)
		s.tornDown(c)
	case c.due: // it would have been stopped anyway
		s.absorb(c)
	case c.Verdict(x) == DoStop:
		s.dropped(c)
	default:
		s.decideOrDefer(lapse{child: c, exit: x})
	}
}

// stopped is the end of a child that was asked to stop. Of those who asked, the
// later ones have the first claim; the start timeout and the health have the
// last.
func (s *Supervisor) stopped(c *Child, x Exit) {
	switch {
	case s.stage == closing:
		s.collect(c, x)
		s.tornDown(c)
		return
	case c.terminating():
		s.terminated(c)
	case c.due:
		s.absorb(c)
	case c.late:
		s.startFailed(c, x.late())
		return
	case c.ailing:
		waited := s.awaits == c
		if s.endedItself(c, x.ailing(c)); !waited {
			return // if a job waits for it now, then for its start
		}
	}
	s.done(c)
}

// absorb is the end of a member of a group that is being stopped. Who is
// temporary does not come back.
func (s *Supervisor) absorb(c *Child) {
	if c.Restart == Temporary {
		s.rest(c, Stopped)
	} else {
		c.State = Restarting
	}
}

// rest leaves a child without a process. It is forgotten if it is temporary, or
// if its supervisor is dynamic.
func (s *Supervisor) rest(c *Child, as State) {
	c.State, c.due, c.lapse = as, false, nil
	if c.Restart == Temporary || s.spec.Dynamic {
		s.forget(c)
	}
	s.retire(c)
}

func (s *Supervisor) decideOrDefer(l lapse) {
	l.child.State = Restarting
	if s.busy() {
		l.child.lapse = &l
		s.lapsed = append(s.lapsed, &l)
		return
	}
	s.decide(l)
}

// called is what a child has been waiting for: the end of its backoff, a retry,
// if it is starting, the end of the time that it had for it, if it runs, the time
// to ask how it fares, or the end of the time that it had to say so.
func (s *Supervisor) called(c *Child) {
	c.token = 0
	switch {
	case c.State == Running:
		s.examine(c)
	case c.State == Starting && c.live():
		c.late = true
		s.stop(c, 0, false)
	case c.State == Starting:
		s.start(c, initially)
	case c == s.group.lead && s.stage == waiting:
		s.stage = grouping
		s.proceed()
	case c == s.group.lead && s.stage == grouping: // the pause is over before it has begun
	default:
		s.start(c, alone)
	}
}

// Little things.

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
