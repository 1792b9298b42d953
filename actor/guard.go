package actor

// call runs user code once, on the run loop. What it returns, panics with, or
// ends its goroutine with comes back as an exit: kind Normal and a nil Err
// when f returned nil. mine is false when the incarnation was abandoned
// meanwhile, or when f called runtime.Goexit: then another goroutine goes on
// with the run, and the caller must touch nothing.
func (c *core) call(inc *incarnation, f func() error) (exit Exit, mine bool) {
	c.free()
	inc.fence.enter()
	returned := false
	defer func() {
		if returned {
			return
		}
		exit = unwind(recover())
		if mine = inc.fence.leave(); mine && exit.Kind == Goexit {
			go c.resume(inc, exit) // this goroutine comes back to nobody
		}
	}()
	exit = ended(inc, f())
	returned = true
	return exit, inc.fence.leave()
}

// callThen is call for whatever has to go on in the same way however f ends:
// then is called with the exit, on whichever goroutine has the run by then. It
// is told of an abandonment too, and f must not be expected to be over then.
func (c *core) callThen(inc *incarnation, f func() error, then func(Exit) (mine bool)) (mine bool) {
	inc.then = then
	exit, mine := c.call(inc, f)
	if !mine {
		return false // see resume
	}
	inc.then = nil
	return then(exit)
}
