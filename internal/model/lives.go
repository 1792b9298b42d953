package model

// What happens to the incarnations of one child.

import "time"

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
