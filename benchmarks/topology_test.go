package benchmarks

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// pipeline is three actors in a row. An operation is one message that passes
// all of them.
func pipeline(wire wiring) setup {
	return func(tb testing.TB, t *tally) func(worker, n int) error {
		tb.Helper()
		pass := func(to int) part {
			return part{handle: func(n node, m message) {
				if err := n.send(to, m); err != nil {
					t.fail(err)
				}
			}}
		}
		net := wire(tb, []part{pass(1), pass(2), {handle: func(_ node, m message) { t.handle(m) }}})
		return func(worker, n int) error {
			for seq := range n {
				if err := net.tell(0, message{uint64(worker), uint64(seq)}); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// ringSize is how many actors the ring has.
const ringSize = 503

// ring is actors that hand one ball round. An operation is one hop.
func ring(wire wiring) setup {
	return func(tb testing.TB, t *tally) func(worker, n int) error {
		tb.Helper()
		parts := make([]part, ringSize)
		for i := range parts {
			next := (i + 1) % ringSize
			parts[i].handle = func(n node, m message) {
				if t.handle(m) {
					return
				}
				if err := n.send(next, message{m.from, m.seq + 1}); err != nil {
					t.fail(err)
				}
			}
		}
		net := wire(tb, parts)
		return func(worker, _ int) error { return net.tell(0, message{from: uint64(worker)}) }
	}
}

// audience is how many actors a broadcast reaches.
const audience = 1000

// fanout is a broadcast to many actors, and the next one when all have got it.
func fanout(wire wiring) setup {
	return func(tb testing.TB, t *tally) func(worker, n int) error {
		tb.Helper()
		c := newCensus()
		var wrong atomic.Int64
		parts := make([]part, audience)
		for i := range parts {
			var next, run uint64
			parts[i].handle = func(_ node, m message) {
				if m.from != run {
					next, run = 0, m.from
				}
				if m.seq != next {
					wrong.Add(1)
				}
				next++
				c.mark()
			}
		}
		net := wire(tb, parts)
		var run uint64
		return func(worker, n int) error {
			run++
			for seq := range n {
				c.expect(audience)
				for i := range audience {
					if err := net.tell(i, message{run, uint64(seq)}); err != nil {
						return err
					}
				}
				c.wait()
				if n := wrong.Load(); n > 0 {
					return fmt.Errorf("%d messages handled out of order", n)
				}
				t.handle(message{uint64(worker), uint64(seq)})
			}
			return nil
		}
	}
}

// half is how many actors send in the mesh, and how many receive.
const half = 100

// mesh is a hundred actors that each send to a hundred others by turns. An
// operation is one message.
func mesh(wire wiring) setup {
	return func(tb testing.TB, t *tally) func(worker, n int) error {
		tb.Helper()
		m := &crowdedMesh{tally: t}
		parts := make([]part, 2*half)
		for i := range half {
			parts[i].handle = m.sender(i)
			parts[half+i].handle = m.receivers[i].handler(m)
		}
		net := wire(tb, parts)
		return func(_, n int) error {
			m.expect(n)
			for i := range half {
				if err := net.tell(i, message{seq: uint64(share(n, half, i))}); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// share is what the i-th of some gets of n.
func share(n, among, i int) int {
	if i < n%among {
		return n/among + 1
	}
	return n / among
}

type crowdedMesh struct {
	receivers [half]meshReceiver

	mu    sync.Mutex
	tally *tally // protected by mu during a run
}

// A meshReceiver belongs to its actor during a run.
type meshReceiver struct {
	want, count, wrong uint64
	next               [half]uint64 // by sender
}

// expect makes ready for n messages.
func (m *crowdedMesh) expect(n int) {
	for i := range m.receivers {
		r := &m.receivers[i]
		*r = meshReceiver{}
		for from := range half {
			r.want += uint64(share(share(n, half, from), half, (i-from+half)%half))
		}
	}
}

// sender sends as many messages as it is told, the first one to the receiver
// of the same number.
func (m *crowdedMesh) sender(i int) func(node, message) {
	return func(n node, order message) {
		for k := range int(order.seq) {
			to := (i + k) % half
			if err := n.send(half+to, message{uint64(i), uint64(k / half)}); err != nil {
				m.tally.fail(err)
				return
			}
		}
	}
}

func (r *meshReceiver) handler(m *crowdedMesh) func(node, message) {
	return func(_ node, got message) {
		if got.seq != r.next[got.from] {
			r.wrong++
		}
		r.next[got.from] = got.seq + 1
		if r.count++; r.count == r.want {
			m.finished(r)
		}
	}
}

// finished adds up what a receiver has got.
func (m *crowdedMesh) finished(r *meshReceiver) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tally.add(r.count, r.wrong)
}
