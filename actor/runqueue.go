package actor

// Waiting for a hand
//
// To start a goroutine for every actor that is woken costs more than most of them
// have to do, when many are. So when as many trusted actors run as there are
// processors, a further one waits in the crew's queue until one of their
// goroutines has nothing more to do: with fewer processors than actors somebody
// waits in any case.
//
// What holds of those that are noted (see "Handing over") holds of those that are
// queued: only trusted actors wait, and only for trusted ones; and when a goroutine
// that they wait for is found to be held up, all of them are given others. So no
// handler that blocks holds up others for longer than two ticks of the watch,
// however many there are.
//
// The watch looks at the hands, not at the queue, which is enough: while somebody is
// queued, some hand counts among the swift. For one is queued only when as many hands
// are swift as there are processors, and a hand that ceases to be has the first in
// the queue go on if that leaves fewer. And a swift hand takes the next in the queue,
// or is found.

// A runQueue is the actors that wait for one of the crew's goroutines. Those that
// have just been woken come before those that have used up a turn and go on, but
// for one in so many.
type runQueue struct {
	woken, spent line
	passed       int // woken ones that were taken while a spent one waited
}

// passes is how many woken actors may be run before a spent one is.
const passes = 4

func (q *runQueue) empty() bool { return q.woken.first == nil && q.spent.first == nil }

// pop returns who is next, or nil.
func (q *runQueue) pop() *core {
	if q.spent.first == nil {
		return q.woken.pop()
	}
	if q.woken.first != nil && q.passed < passes {
		q.passed++
		return q.woken.pop()
	}
	q.passed = 0
	return q.spent.pop()
}

// A line is actors in the order in which they came. An actor stands in one at most,
// since it has one run.
type line struct{ first, last *core }

func (l *line) push(c *core) {
	if l.last == nil {
		l.first = c
	} else {
		l.last.behind = c
	}
	l.last = c
}

func (l *line) pop() *core {
	c := l.first
	if c == nil {
		return nil
	}
	l.first, c.behind = c.behind, nil
	if l.first == nil {
		l.last = nil
	}
	return c
}
