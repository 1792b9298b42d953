package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/internal/yield"
	"github.com/understudy-go/understudy/monitoring"
)

// execute carries out one action of a step that has these answers.
func (s *supervisor) execute(a action, answers []doReply) {
	yield.Point()
	switch a := a.(type) {
	case doStart:
		s.start(a)
	case doStop:
		s.stop(a)
	case doCheck:
		s.check(a)
	case doArm:
		s.alarms.set(alarm{a.id, a.token}, time.Now().Add(a.after), s.ringAt)
	case doDisarm:
		s.alarms.cancel(a.token)
		s.checked(a.token)
	case doAgain:
		s.retry(again{retry(a)})
	case doReply:
		s.reply(a)
	case doRetire:
		s.retire(a, answers)
	case doReady:
		if a.err != nil {
			s.answerHeld()
		}
		s.ready(a.err)
	case doExit:
		s.answerHeld()
		s.over, s.err = true, a.err
	case doEmit:
		s.self.Telemetry().Supervision(a.event)
	case doExpect:
		s.self.Telemetry().Expect(a.path)
	case doReport:
		s.self.Telemetry().Report(a.incident)
	}
}

// start starts a child. Its events come back with the epoch of this start, by
// which the machine knows those of an earlier one.
func (s *supervisor) start(a doStart) {
	c := s.machine.kids.find(a.id)
	l := &launched{outlook: newOutlook(&c.childPlan), doStart: a, s: s}
	c.outlook = &l.outlook
	err := s.self.Oversee(a.process, l.foresee, l.message)
	if err != nil {
		s.self.After(0, ChildStarted{ID: a.id, Err: err, epoch: a.epoch})
	}
}

// launched is a child that was started, for what becomes of that start.
type launched struct {
	outlook
	doStart
	s *supervisor
}

// message makes a message of what happened to a child. Its address is kept, for
// the machine decides when that ends.
func (l *launched) message(e actor.Event) Message {
	a := l.doStart
	switch e.Kind {
	case actor.ChildEnded:
		l.s.self.Keep(a.process)
		return ChildExited{ID: a.id, Exit: e.Exit, epoch: a.epoch}
	case actor.ChildResumed, actor.ChildRenewed:
		return ChildContinued{
			ID: a.id, Exit: e.Exit, Renewed: e.Kind == actor.ChildRenewed, epoch: a.epoch, incarnation: e.Incarnation,
		}
	case actor.ChildNotStarted:
		l.s.self.Keep(a.process)
	}
	return ChildStarted{ID: a.id, Err: e.Err, epoch: a.epoch, incarnation: e.Incarnation, typ: typeOf(a.process)}
}

// stop has a child end, and lets it know whether it will come back.
func (s *supervisor) stop(a doStop) {
	s.machine.kids.find(a.id).outlook.fate.set(a.again)
	s.self.Stop(a.process, a.within)
}

// ringAt sets the timer of the alarms.
func (s *supervisor) ringAt(at time.Time) *actor.Timer {
	return s.self.After(time.Until(at), alarmed{})
}

// ring lets the machine know of the alarms that are due.
func (s *supervisor) ring() {
	s.alarms.rang()
	for now := time.Now(); !s.over; {
		a, ok := s.alarms.due(now)
		if !ok {
			s.alarms.wind(s.ringAt)
			return
		}
		s.checked(a.token)
		s.step(a)
		s.goOn()
	}
}

// retry posts a failed restart to the supervisor's own mailbox, behind whatever
// waits there; if that is full, to the control lane, for it must not be lost.
func (s *supervisor) retry(msg again) {
	if s.self.Ref().TrySend(msg) != nil {
		s.self.After(0, msg)
	}
}

// answer answers a command.
func (s *supervisor) answer(a doReply) {
	r := s.replies[a.req]
	delete(s.replies, a.req)
	if a.err == nil {
		s.changed(r)
	}
	r.asker.answered(a.process, a.err)
}

// request is a command that has not been answered.
type request struct {
	op, id string
	asker  asker
}

// asker is who waits for the answer to a command.
type asker interface {
	answered(process actor.Child, err error)
}

// changed records that the supervisor does not do any more what its declaration
// says. What a dynamic supervisor starts was never declared.
func (s *supervisor) changed(r request) {
	var reason string
	declared := !s.machine.plan.sideBySide
	switch {
	case r.op == "start" && declared:
		reason = "child added"
	case r.op == "delete":
		reason = "child deleted"
	case r.op == "health on":
		reason = "health checks on"
	case r.op == "health off":
		reason = "health checks off"
	default:
		return
	}
	s.self.Telemetry().System(monitoring.SystemEvent{
		Time: time.Now(), Kind: monitoring.ConfigurationChanged, Name: r.id, Path: s.self.Path(), Reason: reason,
	})
}
