package model

// watch begins to have a child checked that has come up.
func (s *Supervisor) watch(c *Child) {
	c.sick = 0
	s.nextCheck(c)
}

func (s *Supervisor) nextCheck(c *Child) {
	if c.checked {
		s.arm(c, c.Health.Interval)
	}
}

// examine asks a child how it fares, or has had no answer in time.
func (s *Supervisor) examine(c *Child) {
	if c.asking {
		c.asking = false
		s.unwell(c)
		return
	}
	s.arm(c, c.Health.Timeout)
	c.asking = true
	s.do(Effect{Do: Check, Child: c.ID, Token: c.token, Within: c.Health.Timeout})
}

// diagnosed is an answer in time.
func (s *Supervisor) diagnosed(c *Child, well bool) {
	s.disarm(c)
	if !well {
		s.unwell(c)
		return
	}
	c.sick = 0
	s.nextCheck(c)
}

// unwell counts a bad answer. One too many, and the child is stopped; if it may
// take for ever for that, it has as long as for an answer.
func (s *Supervisor) unwell(c *Child) {
	c.sick++
	if c.sick < c.Health.Threshold {
		s.nextCheck(c)
		return
	}
	within := c.Stop
	if within == Forever {
		within = c.Health.Timeout
	}
	verdict := c.Verdict(Exit{}.ailing(c))
	s.stop(c, within, verdict == DoRestart || verdict == DoResume)
	c.ailing = true
}

// ailing is the end of a child that was stopped for its health: a failure, at
// least.
func (x Exit) ailing(c *Child) Exit {
	f := &Fault{What: Unhealthy, Child: c.ID}
	if x.Kind.Abnormal() || x.Fault.tells(Hook) || x.Fault != nil && x.Fault.What == Troubled {
		f.Of = x.Fault
	}
	return Exit{max(x.Kind, Failure), f}
}

// switchHealth is EnableHealth and DisableHealth.
func (s *Supervisor) switchHealth(req int, id string, on bool) {
	c := s.find(id)
	switch {
	case s.closed():
		s.reply(req, ErrStopped)
	case c == nil:
		s.reply(req, ErrNotFound)
	case c.Health == nil:
		s.reply(req, ErrHealthOff)
	default:
		if c.checked != on {
			if c.checked = on; c.State == Running {
				s.disarm(c)
				s.watch(c)
			}
		}
		s.reply(req, nil)
	}
}
