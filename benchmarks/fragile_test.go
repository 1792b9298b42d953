package benchmarks

// A fragile is the actor of the restart case.
type fragile struct {
	tally   *tally
	handled chan<- struct{}
	stale   bool // has handled a message
}

func newFragile(t *tally, handled chan<- struct{}) *fragile {
	t.starts++
	return &fragile{tally: t, handled: handled}
}

func (f *fragile) handle(m message) {
	if m == crash {
		panic(crashed)
	}
	if f.stale {
		f.tally.stale++
	}
	f.stale = true
	f.tally.handle(m)
	f.handled <- struct{}{}
}
