package supervision

import (
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// execute carries out one action.
func (s *supervisor) execute(a action) {
	switch a := a.(type) {
	case doStart:
		s.start(a)
	case doStop:
		s.self.Stop(a.process, a.within)
	case doArm:
		s.alarms[a.token] = s.self.After(a.after, alarmed{alarm{a.id, a.token}})
	case doDisarm:
		if t := s.alarms[a.token]; t != nil {
			t.Stop()
			delete(s.alarms, a.token)
		}
	case doAgain:
		s.retry(again{retry(a)})
	case doReply:
		s.reply(a)
	case doRetire:
		s.self.Retire(a.process, a.cause)
	case doReady:
		s.ready(a.err)
	case doExit:
		s.over, s.err = true, a.err
	case doEmit:
		s.self.Telemetry().Supervision(a.event)
	case doReport:
		s.self.Telemetry().Report(a.incident)
	}
}

// start starts a child. Its events come back with the epoch of this start, by
// which the machine knows those of an earlier one.
func (s *supervisor) start(a doStart) {
	err := s.self.Start(a.process, func(e actor.Event) Message {
		if e.Kind == actor.ChildEnded {
			s.self.Keep(a.process) // the machine decides when its address ends
			return ChildExited{ID: a.id, Exit: e.Exit, epoch: a.epoch}
		}
		if e.Err != nil {
			s.self.Keep(a.process)
		}
		return ChildStarted{ID: a.id, Err: e.Err, epoch: a.epoch, incarnation: e.Incarnation, typ: typeOf(a.process)}
	})
	if err != nil {
		s.self.After(0, ChildStarted{ID: a.id, Err: err, epoch: a.epoch})
	}
}

// retry posts a failed restart to the supervisor's own mailbox, behind whatever
// waits there; if that is full, to the control lane, for it must not be lost.
func (s *supervisor) retry(msg again) {
	if s.self.Ref().TrySend(msg) != nil {
		s.self.After(0, msg)
	}
}

// reply answers a command.
func (s *supervisor) reply(a doReply) {
	r := s.replies[a.req]
	delete(s.replies, a.req)
	if a.err != nil {
		r.reply.Fail(a.err)
		return
	}
	s.changed(r)
	r.reply.Send(a.process)
}

// request is a command that has not been answered.
type request struct {
	reply  actor.Reply[actor.Child]
	op, id string
}

// changed records that the supervisor's children are other ones now than its
// declaration says. For those of a dynamic supervisor there is no declaration.
func (s *supervisor) changed(r request) {
	var reason string
	switch r.op {
	case "start":
		reason = "child added"
	case "delete":
		reason = "child deleted"
	}
	if reason == "" || s.machine.plan.sideBySide {
		return
	}
	s.self.Telemetry().System(monitoring.SystemEvent{
		Time: time.Now(), Kind: monitoring.ConfigurationChanged, Name: r.id, Path: s.self.Path(), Reason: reason,
	})
}
