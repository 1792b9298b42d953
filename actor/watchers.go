package actor

// A watcher is somebody who is to be told of the end of an address. The
// watchers of an address form a list, first come first told.
type watcher struct {
	notify     func(Down)
	next, prev *watcher // protected by the watched actor's mu
}

// watchers is such a list; the zero value is empty. Protected by mu of the
// actor that is watched.
type watchers struct{ first, last *watcher }

func (l *watchers) add(w *watcher) {
	if w.prev = l.last; w.prev != nil {
		w.prev.next = w
	} else {
		l.first = w
	}
	l.last = w
}

// remove takes w from the list, if it is in it.
func (l *watchers) remove(w *watcher) {
	if w.prev == nil && l.first != w {
		return
	}
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		l.first = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		l.last = w.prev
	}
	w.next, w.prev = nil, nil
}

// take empties the list and returns what was in it.
func (l *watchers) take() (all []func(Down)) {
	for w := l.first; w != nil; w = l.first {
		l.remove(w)
		all = append(all, w.notify)
	}
	return all
}

// watch has notify called once, when the address ends; at once if it has.
func (c *core) watch(notify func(Down)) (stop func()) {
	w := &watcher{notify: notify}
	c.mu.Lock()
	if c.dead {
		down := c.down()
		c.mu.Unlock()
		notify(down)
		return func() {}
	}
	c.obituary().watchers.add(w)
	c.mu.Unlock()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.obituary().watchers.remove(w)
	}
}

// down is the end of the address, which is dead. It is called with mu held.
func (c *core) down() Down {
	d := Down{Path: c.Path(), ID: c.ID(), Kind: Shutdown, Err: c.obit.cause}
	if c.obit.lived {
		d.Kind, d.Err = c.obit.kind, c.obit.err
	}
	return d
}
