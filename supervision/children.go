package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
)

// child is a child of a running supervisor: its plan and what has become of it.
type child struct {
	childPlan
	added   bool // at run time: gone when the supervisor ends
	removed bool // from the table

	// The incarnation, if there is one: more below.
	up        bool // it has become ready
	purpose   purpose
	timedOut  bool // it is being stopped because its start took too long
	stopAgain bool // it is being stopped to be restarted

	state State
	timer bool   // token is a timer's
	asked bool   // req waits for the start
	path  string // made on demand

	// Its place in the table. A removed child keeps its links, so that a job
	// whose cursor stands on it finds its way back to those that are left:
	// children are only ever added at the tail.
	prev, next *child
	pos        uint64

	since    time.Time // of the state
	readyAt  time.Time // zero if never
	restarts int
	lastErr  error

	epoch       uint64        // 0: no incarnation
	incarnation uint64        // as the child counts, as far as is known
	ailing      *HealthError  // it is being stopped because of this
	stopFrom    time.Time     // when it was asked to stop,
	stopWithin  time.Duration // and the time it was given

	// What is to come.
	token    uint64 // of the timer or retry that it waits for, 0: none
	attempts int32  // delays since it last ran stably
	retries  int32  // of the initial start
	lapse    *lapse // the end after which a restart is still to be decided
	group    uint64 // the last group restart that it belongs to

	own     *window // its own limit's, or nil
	checks  checks
	outlook *outlook // the executor's, of the incarnation

	// Who waits.
	req     uint64   // for the start
	waiters []uint64 // for the end

	// Where it is recorded.
	incident *incident // of its own restart
	byHand   *incident // of what a command does to it; nil if that is not traced
	steps    stepRef
}

// purpose is why an incarnation was started.
type purpose uint8

const (
	forBoot    purpose = iota // by the initial start
	forGroup                  // by the restart of a group
	forRestart                // by its own restart
	forAdd                    // by the command that added it
	forHand                   // by a command to restart it
)

// live reports whether there is an incarnation, ready or not.
func (c *child) live() bool { return c.epoch != 0 }

// active reports whether the child runs or is about to: it has not ended.
func (c *child) active() bool { return c.live() || c.state == StateRestarting }

// arriving reports whether the command that adds the child is still under way.
// Such a child belongs to no group yet.
func (c *child) arriving() bool { return c.live() && c.purpose == forAdd && c.asked }

// table holds the children in the order of their start. Whatever concerns a
// single child takes constant time.
type table struct {
	head, tail *child
	ids        map[string]*child
	processes  map[actor.Child]*child
	last       uint64 // the last pos given out
}

// newTable returns an empty table that is about to hold n children.
func newTable(n int) table {
	return table{ids: make(map[string]*child, n), processes: make(map[actor.Child]*child, n)}
}

func (t *table) find(id string) *child { return t.ids[id] }

// holder returns the child that has the same id or the same process.
func (t *table) holder(p childPlan) *child {
	if c := t.ids[p.id]; c != nil {
		return c
	}
	return t.processes[p.process]
}

// add appends a child, which must have no holder.
func (t *table) add(p childPlan) *child {
	t.last++
	c := &child{childPlan: p, pos: t.last, prev: t.tail}
	if t.tail == nil {
		t.head = c
	} else {
		t.tail.next = c
	}
	t.tail = c
	t.ids[p.id], t.processes[p.process] = c, c
	return c
}

// remove forgets a child. Its own links stay.
func (t *table) remove(c *child) {
	if c.prev == nil {
		t.head = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		t.tail = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.removed = true
	delete(t.ids, c.id)
	delete(t.processes, c.process)
}

// add makes a new child known.
func (m *machine) add(p childPlan) *child {
	c := m.kids.add(p)
	c.checks.on = p.health != nil
	if p.limit.set {
		w := newWindow(p.limit)
		c.own = &w
	}
	return c
}

// become puts a child into a state.
func (m *machine) become(c *child, s State) {
	if c.state != s {
		c.state, c.since = s, m.now
	}
}

// settle is the end of a child that is not coming back by itself: it is kept
// without a process or forgotten, and its address ends.
func (m *machine) settle(c *child, cause error) {
	m.cancel(c)
	m.forgo(c)
	c.group = 0
	if m.keeps(c) {
		m.become(c, StateStopped)
	} else {
		m.kids.remove(c)
	}
	m.retire(c, cause)
}

// keeps reports whether the supervisor remembers the child when it has no
// process.
func (m *machine) keeps(c *child) bool {
	return c.restart != Temporary && !m.plan.sideBySide
}

func (m *machine) retire(c *child, cause error) {
	if cause == nil {
		cause = actor.ErrStopped
	}
	m.do(doRetire{c.process, cause})
}

// arm sets the one timer that a child can have.
func (m *machine) arm(c *child, after time.Duration) {
	c.token, c.timer = m.next(), true
	m.do(doArm{c.id, c.token, after})
}

// again lets a child's restart come back through the mailbox.
func (m *machine) again(c *child) {
	c.token, c.timer = m.next(), false
	m.do(doAgain{c.id, c.token})
}

// cancel takes back an arm or an again.
func (m *machine) cancel(c *child) {
	if c.token != 0 && c.timer {
		m.do(doDisarm{c.token})
	}
	c.token, c.checks.asking = 0, false
}
