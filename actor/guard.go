package actor

// call runs user code once, on the run loop. What it returns, panics with, or
// ends its goroutine with comes back as an exit, which is nil when f returned nil.
// mine is false when the incarnation was abandoned meanwhile, or when f called
// runtime.Goexit: then another goroutine goes on with the run, and the caller must
// touch nothing.
func (c *core) call(inc *incarnation, f func() error) (exit *Exit, mine bool) {
	c.free()
	inc.fence.enter()
	returned := false
	defer func() {
		if returned {
			return
		}
		exit, mine = c.cameDown(inc, recover())
	}()
	if err := f(); err != nil {
		exit = endedBy(inc, err)
	}
	returned = true
	return exit, inc.fence.leave()
}

// next is what comes after the user code that callThen runs: a part of the agenda, or
// of the end if it belongs to that.
func (i *incarnation) next() *func(Exit) (mine bool) {
	if i.phase > receiving {
		return &i.ending.then
	}
	return &i.plans().then
}

// isAsked reports whether callThen runs user code, of an actor that receives.
func (i *incarnation) isAsked() bool { return i.agenda != nil && i.agenda.then != nil }

// takeNext takes it, if there is something: the run has gone over to another
// goroutine.
func (i *incarnation) takeNext() (then func(Exit) (mine bool)) {
	if i.phase > receiving || i.agenda != nil {
		n := i.next()
		then, *n = *n, nil
	}
	return then
}

// cameDown is what call does when f has not returned.
func (c *core) cameDown(inc *incarnation, recovered any) (exit *Exit, mine bool) {
	e := unwind(recovered)
	if mine = inc.fence.leave(); mine && e.Kind == Goexit {
		go c.resume(inc, e) // this goroutine comes back to nobody
	}
	return &e, mine
}

// callThen is call for whatever has to go on in the same way however f ends:
// then is called with the exit, on whichever goroutine has the run by then. It
// is told of an abandonment too, and f must not be expected to be over then.
func (c *core) callThen(inc *incarnation, f func() error, then func(Exit) (mine bool)) (mine bool) {
	*inc.next() = then
	exit, mine := c.call(inc, f)
	if !mine {
		return false // see resume
	}
	*inc.next() = nil
	if exit == nil {
		exit = new(Exit)
	}
	return then(*exit)
}
