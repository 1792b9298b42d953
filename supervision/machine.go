package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// machine is the whole policy of a supervisor as a pure state machine: step
// takes an event and the time, and says what is to be done. It has no clock, no
// goroutine and does no I/O, so that every schedule can be replayed.
//
// At most one job runs at a time: the initial start, the restart of a group, or
// the teardown. A job is at one child at a time: it goes through the children
// with a cursor and waits for the one it has just started or stopped. Restarts
// of single children and commands go on beside it.
type machine struct {
	plan   *plan
	kids   table
	window window

	stage   stage
	cursor  *child // the next child that the job looks at
	awaited *child // the child that the job waits for
	group   group
	closing closing

	startup *incident // of the initial start

	// deferred holds what is decided at the end of the step, or of the job if one
	// is under way then, in the order in which the children ended.
	deferred []deferral

	live int    // incarnations that have been started and are not over
	seq  uint64 // the last epoch or token given out

	now   time.Time          // of the step in hand
	trace monitoring.SpanRef // of the command in hand, if it is traced
	out   []action           // of the step in hand
}

// stage is where the machine is: serving, in one of the jobs, or at an end.
type stage uint8

const (
	stageIdle       stage = iota // begin has not come yet
	stageBoot                    // the initial start
	stageServe                   // no job
	stageGroupStop               // a group is stopped, in reverse
	stageGroupWait               // a stopped group waits for its turn to start
	stageGroupStart              // a group is started, in order
	stageClose                   // the teardown
	stageDone                    // nothing runs, nothing ever will
)

// newMachine returns the machine of one incarnation of a supervisor.
func newMachine(p *plan) *machine {
	m := &machine{
		plan: p, kids: newTable(len(p.children)), window: newWindow(p.limit),
		closing: closing{within: actor.Forever}, seq: p.incarnation << 32,
	}
	for _, c := range p.children {
		m.add(c)
	}
	return m
}

// step lets one event happen at the given time, which must carry a monotonic
// reading and never go back. The actions belong to the caller: the machine keeps
// nothing of a child that it has forgotten.
func (m *machine) step(ev event, now time.Time) []action {
	return m.stepInto(make([]action, 0, usualActions), ev, now)
}

// stepInto is step for a caller that has room for the actions.
func (m *machine) stepInto(room []action, ev event, now time.Time) []action {
	m.now, m.out = now, room
	m.trace = monitoring.SpanRef{}
	if t, ok := ev.(traced); ok {
		m.trace, ev = t.in, t.command
	}
	if m.stage == stageIdle {
		m.stamp()
	}
	switch ev := ev.(type) {
	case begin:
		m.boot()
	case started:
		m.onStarted(ev)
	case ended:
		m.onEnded(ev)
	case resumed:
		m.onResumed(ev)
	case renewed:
		m.onRenewed(ev)
	case diagnosed:
		m.onDiagnosed(ev)
	case alarm:
		m.onToken(ev.id, ev.token)
	case retry:
		m.onToken(ev.id, ev.token)
	case cmdStart:
		m.onStart(ev)
	case cmdTerminate:
		m.onTerminate(ev)
	case cmdRestart:
		m.onRestart(ev)
	case cmdDelete:
		m.onDelete(ev)
	case cmdHealth:
		m.onHealth(ev)
	case halt:
		m.onHalt(ev.within)
	}
	m.settleDeferred()
	out := m.out
	m.out = nil
	return out
}

// usualActions is how many actions all but a few steps lead to at most.
const usualActions = 6

// busy reports whether a restart would interfere with the job in hand. A group
// that only waits is no hindrance: what is decided then takes it along.
func (m *machine) busy() bool {
	return m.stage != stageServe && m.stage != stageGroupWait
}

// over reports whether the teardown has begun: nothing is started any more.
func (m *machine) over() bool { return m.stage >= stageClose }

// proceed lets the job go on if it was waiting for this child.
func (m *machine) proceed(c *child) {
	if m.awaited != c {
		return
	}
	m.awaited = nil
	switch m.stage {
	case stageBoot:
		m.bootNext()
	case stageGroupStop:
		m.groupStopNext()
	case stageGroupStart:
		m.groupStartNext()
	case stageClose:
		m.closeNext()
	}
}

// deferral is what has not been decided yet. Unless it says otherwise it is the
// end of a child that is to be restarted, and stale if the child has another
// lapse by then, or none.
type deferral struct {
	child       *child
	lapse       *lapse
	inPlace     bool // the child has been restarted already
	significant bool // the child has ended, and the supervisor may have to end too
}

func (m *machine) deferRestart(c *child, l lapse) {
	c.lapse = &l
	m.become(c, StateRestarting)
	m.deferred = append(m.deferred, deferral{child: c, lapse: c.lapse})
}

// forgo drops a restart that has not been decided: something else has decided
// what becomes of the child.
func (m *machine) forgo(c *child) {
	if c.lapse != nil {
		m.reportUnanswered(c, c.lapse.exit)
		c.lapse = nil
	}
}

// settleDeferred decides what had to wait, unless a job is under way.
func (m *machine) settleDeferred() {
	for len(m.deferred) > 0 && !m.busy() {
		d := m.deferred[0]
		m.deferred = m.deferred[1:]
		switch {
		case d.significant:
			if !d.child.active() { // nothing has brought it back meanwhile
				m.autoShutdown()
			}
		case d.inPlace:
			m.countRenewal(d.child, *d.lapse)
		case d.child.lapse == d.lapse:
			d.child.lapse = nil
			m.decide(d.child, *d.lapse)
		}
	}
}

func (m *machine) do(a action) { m.out = append(m.out, a) }

// next gives out a number that no other epoch or token has.
func (m *machine) next() uint64 {
	m.seq++
	return m.seq
}

// stamp tells the children that have not been touched since when they are what
// they are.
func (m *machine) stamp() {
	for c := m.kids.head; c != nil; c = c.next {
		c.since = m.now
	}
}
