package topic

import "slices"

// A snapshot is what Publish needs to know. It never changes: whoever publishes
// goes through it without a lock, while others subscribe.
//
// Every change of the subscriptions, made with mu held, takes the topic's
// snapshot away, also with mu held; the next Publish makes another. So what was
// subscribed before a Publish begins is in what it loads, and a thousand that
// subscribe one after another cost one copy of the list.
type snapshot[T any] struct {
	over  error              // why nothing can be published any more
	subs  []*subscription[T] // those for whom Publish may wait come last
	spare bool               // somebody is not waited for
	local bool               // all are actors of this process
}

// snapshot returns the topic's snapshot.
func (t *Topic[T]) snapshot() *snapshot[T] {
	if s := t.current.Load(); s != nil {
		return s
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.current.Load()
	if s == nil {
		s = t.take()
		t.current.Store(s)
	}
	return s
}

// take makes a snapshot. It is called with mu held.
func (t *Topic[T]) take() *snapshot[T] {
	s := &snapshot[T]{over: t.over, local: true}
	var waiting []*subscription[T]
	for _, sub := range t.inOrder() {
		s.local = s.local && sub.local
		if sub.policy == Block {
			waiting = append(waiting, sub)
			continue
		}
		s.subs = append(s.subs, sub)
	}
	s.spare = len(s.subs) > 0
	s.subs = slices.Concat(s.subs, waiting)
	return s
}
