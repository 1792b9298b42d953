package supervision

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

// TestForesee says for every rule, restart type, and kind of end what the child
// is told: it Ends, it Restarts, it is reNewed in place, or it reSumes.
// The kinds are normal, shutdown, failure, panic, goexit, abandoned.
func TestForesee(t *testing.T) {
	kinds := []actor.Kind{actor.Normal, actor.Shutdown, actor.Failure, actor.Panic, actor.Goexit, actor.Abandoned}
	letters := map[actor.Prospect]byte{actor.Ends: 'E', actor.Restarts: 'R', actor.Renews: 'N', actor.Resumes: 'S'}
	always := WhenType[error]()
	for _, c := range []struct {
		rules   []Rule
		restart Restart
		// An actor as ever, one that keeps its children, and what can neither
		// be resumed nor renewed, such as a supervisor.
		plain, keeps, unable string
	}{
		{nil, Permanent, "RRRRRR", "RRNNNR", "RRRRRR"},
		{nil, Transient, "EERRRR", "EENNNR", "EERRRR"},
		{nil, Temporary, "EEEEEE", "EEEEEE", "EEEEEE"},
		{[]Rule{always.Resume()}, Permanent, "RRSSSR", "RRSSSR", "RRRRRR"},
		{[]Rule{always.Resume()}, Transient, "EESSSR", "EESSSR", "EERRRR"},
		{[]Rule{always.Resume()}, Temporary, "EESSSR", "EESSSR", "EERRRR"},
		{[]Rule{always.Restart()}, Permanent, "RRRRRR", "RRNNNR", "RRRRRR"},
		{[]Rule{always.Restart()}, Transient, "EERRRR", "EENNNR", "EERRRR"},
		{[]Rule{always.Restart()}, Temporary, "EERRRR", "EENNNR", "EERRRR"},
		{[]Rule{always.Stop()}, Permanent, "RREEEE", "RREEEE", "RREEEE"},
		{[]Rule{always.Stop()}, Transient, "EEEEEE", "EEEEEE", "EEEEEE"},
		{[]Rule{always.Stop()}, Temporary, "EEEEEE", "EEEEEE", "EEEEEE"},
		{[]Rule{always.Escalate()}, Permanent, "RREEEE", "RREEEE", "RREEEE"},
		{[]Rule{always.Escalate()}, Transient, "EEEEEE", "EEEEEE", "EEEEEE"},
		{[]Rule{always.Escalate()}, Temporary, "EEEEEE", "EEEEEE", "EEEEEE"},
		{[]Rule{When(errors.New("other")).Stop(), always.Resume(), always.Stop()}, Permanent, "RRSSSR", "RRSSSR", "RRRRRR"},
	} {
		foreseen := func(p childPlan, orders ...bool) string {
			p.rules, p.restart = c.rules, c.restart
			o := newOutlook(&p)
			for _, again := range orders {
				o.fate.set(again)
			}
			var got []byte
			for _, k := range kinds {
				got = append(got, letters[o.foresee(actor.Exit{Kind: k, Err: errors.New("boom")})])
			}
			return string(got)
		}
		plain := childPlan{resumable: true}
		keeps := childPlan{resumable: true, keepChildren: true}
		assert.Equal(t, c.plain, foreseen(plain), "%v %v", c.rules, c.restart)
		assert.Equal(t, c.keeps, foreseen(keeps), "%v %v", c.rules, c.restart)
		assert.Equal(t, c.plain, foreseen(childPlan{resumable: true, keepChildren: true, backoff: &Backoff{}}),
			"a restart in place is not delayed")
		assert.Equal(t, c.unable, foreseen(childPlan{}), "%v %v", c.rules, c.restart)
		assert.Equal(t, c.unable, foreseen(childPlan{keepChildren: true}), "%v %v", c.rules, c.restart)

		// What the supervisor has ordered goes before all that, the last order first.
		for _, p := range []childPlan{plain, keeps, {}} {
			assert.Equal(t, "EEEEEE", foreseen(p, false))
			assert.Equal(t, "RRRRRR", foreseen(p, true))
			assert.Equal(t, "EEEEEE", foreseen(p, true, false))
			assert.Equal(t, "RRRRRR", foreseen(p, false, true))
		}
	}
}

// What a child tells of its going on becomes an event of the same incarnation.
func TestChildContinuedEvent(t *testing.T) {
	x := actor.Exit{Kind: actor.Failure, Err: errors.New("boom"), Incarnation: 3}
	assert.Equal(t, resumed{"a", 7, x}, ChildContinued{ID: "a", Exit: x, epoch: 7, incarnation: 3}.event())
	assert.Equal(t, renewed{"a", 7, x, 4}, ChildContinued{ID: "a", Exit: x, Renewed: true, epoch: 7, incarnation: 4}.event())
}
