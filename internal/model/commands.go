package model

// add is StartChild: the child comes after all others.
func (s *Supervisor) add(req int, spec *ChildSpec) {
	c := s.find(spec.ID)
	switch {
	case s.closed():
		s.reply(req, ErrStopped)
	case c != nil && (c.State == Running || c.State == Starting):
		s.reply(req, ErrAlreadyStarted)
	case c != nil:
		s.reply(req, ErrAlreadyPresent)
	case s.spec.Most > 0 && len(s.children) >= s.spec.Most:
		s.reply(req, ErrMaxChildren)
	default:
		c = s.join(spec)
		c.added, c.starter = true, req
		s.start(c, added)
	}
}

// terminate is TerminateChild: the child is stopped, and what was to be done
// with it is not done.
func (s *Supervisor) terminate(req int, id string) {
	c := s.find(id)
	switch {
	case s.closed():
		s.reply(req, ErrStopped)
	case c == nil:
		s.reply(req, ErrNotFound)
	case c.live():
		c.enders = append(c.enders, req)
		if c.State != Stopping {
			s.stop(c, c.Stop, false)
		}
	case c.State == Stopped || c.State == Failed:
		c.State = Stopped
		s.reply(req, nil)
	default:
		s.disarm(c)
		s.rest(c, Stopped)
		s.reply(req, nil)
		if s.stage == waiting && s.group.lead == c { // the others have nothing to wait for
			s.stage = grouping
			s.proceed()
		}
		s.done(c) // or the initial start has been waiting to try again
	}
}

// terminated is the end that TerminateChild has asked for.
func (s *Supervisor) terminated(c *Child) {
	enders := c.enders
	c.enders = nil
	if c.why == added && c.starter != 0 {
		s.forget(c) // it has never been there
	}
	if c.gone {
		s.retire(c)
	} else {
		s.rest(c, Stopped)
	}
	s.answer(c, ErrStopped)
	for _, req := range enders {
		s.reply(req, nil)
	}
}

// revive is RestartChild: a child without a process gets one.
func (s *Supervisor) revive(req int, id string) {
	if c := s.idle(req, id); c != nil {
		c.starter = req
		s.start(c, byHand)
	}
}

// delete is DeleteChild: a child without a process is forgotten.
func (s *Supervisor) delete(req int, id string) {
	if c := s.idle(req, id); c != nil {
		s.forget(c)
		s.reply(req, nil)
	}
}

// idle returns the child of that id if it has no process and is to have none;
// otherwise it answers the command.
func (s *Supervisor) idle(req int, id string) *Child {
	c := s.find(id)
	switch {
	case s.closed():
		s.reply(req, ErrStopped)
	case c == nil:
		s.reply(req, ErrNotFound)
	case c.State == Restarting, c.State == Stopping && c.due && !c.terminating():
		s.reply(req, ErrRestarting)
	case c.State == Stopped, c.State == Failed:
		return c
	default:
		s.reply(req, ErrRunning)
	}
	return nil
}
