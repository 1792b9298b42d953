package model

import (
	"slices"
	"time"
)

// An ending is what a teardown leads to.
type ending uint8

const (
	ordered      ending = iota // the supervisor was told to stop,
	startStopped               // before it had started
	startAborted               // a child could not be started
	failed                     // it gives up, or has a failure that is not its own
)

// closed reports whether nothing is started any more.
func (s *Supervisor) closed() bool { return s.stage >= closing }

// halt is the order to stop. In a teardown it can only shorten the time.
func (s *Supervisor) halt(within time.Duration) {
	switch s.stage {
	case over:
	case closing:
		if within < left(s.now, s.by) {
			s.by = later(s.now, within)
			s.hastenAll()
		}
	case unborn, starting:
		s.by = later(s.now, within)
		s.teardown(startStopped, ErrShutdown)
	default:
		s.by = later(s.now, within)
		s.teardown(ordered, nil)
	}
}

// teardown stops all children: the last one first, each one down before the
// next; those of a dynamic supervisor side by side. All that was under way is
// called off, and who waits for it is told.
func (s *Supervisor) teardown(end ending, fault *Fault) {
	s.stage, s.ending, s.fault = closing, end, fault
	s.awaits, s.todo, s.lapsed = nil, nil, nil
	for _, c := range s.children {
		c.due, c.lapse = false, nil
		s.disarm(c)
		s.answer(c, ErrStopped)
		for _, req := range c.enders {
			s.reply(req, ErrStopped)
		}
		c.enders = nil
		switch {
		case !c.live():
			c.State = Stopped
		case s.spec.Dynamic:
			s.tearDown(c)
		}
	}
	for _, c := range slices.Backward(s.children) {
		if !s.spec.Dynamic {
			s.todo = append(s.todo, step{bringDown, c})
		}
	}
	s.proceed()
}

// tearDown stops a child, or hurries it on if it has been asked to stop.
func (s *Supervisor) tearDown(c *Child) {
	if c.State != Stopping {
		s.stop(c, s.allowance(c), false)
		return
	}
	c.back = false
	s.hasten(c)
}

func (s *Supervisor) hasten(c *Child) {
	if within := s.allowance(c); within < left(s.now, c.stopBy) {
		s.stopWithin(c, within)
	}
}

// hastenAll applies a shorter time to those that are being stopped.
func (s *Supervisor) hastenAll() {
	for _, c := range s.children {
		if c.live() && (s.spec.Dynamic || c == s.awaits) {
			s.hasten(c)
		}
	}
}

// allowance is the time that a child has to stop: what it is entitled to, but
// no more than there is, less a quarter or 100 ms for the supervisor's own end,
// and no more than half of that if others come after it.
func (s *Supervisor) allowance(c *Child) time.Duration {
	all := left(s.now, s.by)
	if all == Forever {
		return c.Stop
	}
	all -= min(all/4, 100*time.Millisecond)
	if s.live > 1 && !s.spec.Dynamic {
		all /= 2
	}
	return min(c.Stop, all)
}

// collect notes what has to be told about an end in the teardown: what failed,
// in its stop hook too, what was abandoned, and what was to run for ever and
// ended by itself. A supervisor below tells of its own children, also when to
// give up is an orderly end for it.
func (s *Supervisor) collect(c *Child, x Exit) {
	switch {
	case x.Kind == Shutdown && x.Fault != nil && x.Fault.What == Troubled:
		s.also = append(s.also, x.Fault.Also...)
	case x.Kind.Abnormal(), x.Fault.tells(Hook), x.Fault != nil && x.Fault.What == GaveUp && len(x.Fault.Also) > 0:
		s.also = append(s.also, &Fault{What: NotStopped, Child: c.ID, Of: x.Fault})
	case x.Kind == Normal && c.Restart == Permanent:
		s.also = append(s.also, &Fault{What: NotStopped, Child: c.ID, Of: x.cause()})
	}
}

func (s *Supervisor) tornDown(c *Child) {
	c.State = Stopped
	if s.spec.Dynamic {
		s.proceed()
	} else {
		s.done(c)
	}
}

// close is the end. The addresses of the children in the spec live on, for the
// supervisor may be started again; those that were added end with it.
func (s *Supervisor) close() {
	s.stage = over
	for _, c := range s.children {
		if c.added {
			s.retire(c)
		}
	}
	switch s.ending {
	case ordered:
		s.do(Effect{Do: Over, Fault: s.troubles()})
	case startStopped:
		fault := s.troubles()
		if fault == nil {
			fault = s.fault
		}
		s.do(Effect{Do: Ready, Fault: fault})
	case startAborted:
		s.do(Effect{Do: Ready, Fault: s.startFault()})
	case failed:
		s.fault.Also = s.also
		s.do(Effect{Do: Over, Fault: s.fault})
	}
}

// troubles is what an orderly end has to tell.
func (s *Supervisor) troubles() *Fault {
	if len(s.also) == 0 {
		return nil
	}
	return &Fault{What: Troubled, Also: s.also}
}

// startFault is why the supervisor could not start. If that is because one below
// could not, that one has said all.
func (s *Supervisor) startFault() *Fault {
	below := s.fault.Of
	if !below.tells(StartFailed) {
		s.fault.Also = s.also
		return s.fault
	}
	if len(s.also) == 0 {
		return below
	}
	return &Fault{What: Joined, Of: below, Also: s.also}
}
