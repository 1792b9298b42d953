package supervision

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// New declares a supervisor. It is an actor like any other: it may be the child
// of another supervisor, and its children may be supervisors. It cannot fail:
// what is wrong with the spec is told by Validate and by the start.
//
// The addresses of the children in the spec live as long as the supervisor's
// own: they stay valid while the supervisor itself is restarted. Children that
// were added at run time end with the incarnation.
func New(spec Spec) *actor.Process[Message] { return declare(spec, false, nil) }

// NewDynamic declares a supervisor for children that come and go at run time.
// They do not depend on each other, so they are stopped side by side, and one
// that chooses not to run is forgotten. The strategy must be OneForOne.
func NewDynamic(spec Spec) *actor.Process[Message] { return declare(spec, true, nil) }

// declare declares a supervisor of the one kind or the other; wrong is what is
// known to be wrong already.
func declare(spec Spec, dynamic bool, wrong error) *actor.Process[Message] {
	spec.Children = slices.Clone(spec.Children)
	invalid := errors.Join(wrong, spec.validate(dynamic))
	var owns []actor.Child
	if invalid == nil {
		for _, c := range spec.Children {
			owns = append(owns, c.Process)
		}
	}
	return actor.New(actor.Spec[Message]{
		Name:    spec.Name,
		Type:    supervisorType,
		Invalid: invalid,
		Owns:    owns,
		New: func(_ context.Context, self *actor.Self[Message]) (actor.Actor[Message], error) {
			p := newPlan(spec, self.Path(), isSupervisor, rand.Float64)
			p.sideBySide, p.incarnation = dynamic, self.Incarnation()
			p.unwatched = !self.Telemetry().ObservesSupervision()
			s := &supervisor{
				self:    self,
				machine: newMachine(p),
				spec:    spec,
				replies: make(map[uint64]request),
				ready:   self.DeferStart(),
			}
			self.TrapStop(func(r actor.Stopping) Message { return stopAsked{r.Within} })
			s.step(begin{})
			return s, nil
		},
	})
}

// isSupervisor reports whether a child is a supervisor.
func isSupervisor(child actor.Child) bool {
	_, ok := child.(*actor.Process[Message])
	return ok
}

// supervisor is the actor around a machine: it makes events of messages, and
// carries out the machine's actions with what every actor has. It never blocks.
type supervisor struct {
	self    *actor.Self[Message]
	machine *machine
	spec    Spec

	ready    func(error)
	alarms   alarms
	spare    []action                      // room for the actions of the next step
	checks   map[uint64]context.CancelFunc // by token; made on demand
	replies  map[uint64]request
	requests uint64
	retiring map[actor.Child][]doReply // answers that wait for the end of an address; made on demand
	next     []func()                  // what goes on after the message in hand

	over bool  // the machine is done
	err  error // with this
}

// Receive implements actor.Actor.
func (s *supervisor) Receive(ctx context.Context, msg Message) error {
	switch msg := msg.(type) {
	case ChildStarted:
		s.step(started{id: msg.ID, epoch: msg.epoch, err: msg.Err, incarnation: msg.incarnation, typ: msg.typ})
	case ChildExited:
		s.step(ended{id: msg.ID, epoch: msg.epoch, exit: msg.Exit})
	case ChildContinued:
		s.step(msg.event())
	case answered:
		s.step(msg.diagnosis)
	case alarmed:
		s.ring()
	case again:
		s.step(msg.retry)
	case stopAsked:
		s.step(halt(msg))
	case *command:
		s.command(monitoring.Sampled(ctx), msg)
	case retired:
		s.retired(msg.process)
	case startAll:
		s.startAll(monitoring.Sampled(ctx), msg)
	case terminateProcess:
		s.terminateProcess(monitoring.Sampled(ctx), msg)
	case listChildren:
		msg.reply.Send(slices.Collect(s.machine.list()))
	case countAll:
		msg.reply.Send(s.machine.count())
	case lookUp:
		s.lookUp(msg)
	}
	s.goOn()
	if !s.over {
		return nil
	}
	if s.err == nil {
		return actor.ErrShutdown
	}
	return s.err
}

// step lets an event happen now and carries out what follows.
func (s *supervisor) step(ev event) {
	room := s.spare
	s.spare = nil // a step that an action leads to has room of its own
	actions := s.machine.stepInto(room, ev, time.Now())
	answers := answersAmong(actions)
	for _, a := range actions {
		s.execute(a, answers)
	}
	clear(actions)
	s.spare = actions[:0]
}

// goOn lets what has been waiting for an answer go on, and what waits for the
// answers that come of that.
func (s *supervisor) goOn() {
	for len(s.next) > 0 {
		next := s.next
		s.next = nil
		for _, f := range next {
			f()
		}
	}
}
