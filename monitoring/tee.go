package monitoring

// Tee returns a monitor that records every event in each of the given ones,
// in that order. Its snapshot is that of the first. Nil ones are left out.
func Tee[E Event](monitors ...Monitor[E]) Monitor[E] {
	var t tee[E]
	for _, m := range monitors {
		if m != nil {
			t = append(t, m)
		}
	}
	return t
}

type tee[E Event] []Monitor[E]

// Record goes on to the next monitor if one panics, and passes the first
// panic on when all have had the event.
func (t tee[E]) Record(event E) {
	if len(t) == 0 {
		return
	}
	defer t[1:].Record(event) // also after a panic
	t[0].Record(event)
}

func (t tee[E]) Snapshot() Snapshot[E] {
	if len(t) == 0 {
		return Snapshot[E]{}
	}
	return t[0].Snapshot()
}

func (t tee[E]) Reset() {
	for _, m := range t {
		m.Reset()
	}
}
