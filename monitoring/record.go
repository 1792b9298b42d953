package monitoring

import "slices"

// Supervision records an event of a supervisor.
func (t *Telemetry) Supervision(event SupervisionEvent) {
	if t != nil {
		t.metrics.supervision(event)
		t.monitors.supervision.record(t, &event)
	}
}

// Actor records an event of an actor. A caller that has to prepare the event
// first asks ObservesActors whether that is worth it.
func (t *Telemetry) Actor(event ActorEvent) {
	if t != nil {
		t.monitors.actor.record(t, &event)
	}
}

// Mailbox records an event of a mailbox. A dead letter is logged as well, at
// a throttled rate, whether or not there is a monitor.
func (t *Telemetry) Mailbox(event MailboxEvent) {
	if t == nil {
		return
	}
	t.metrics.deadLetter(event)
	t.monitors.mailbox.record(t, &event)
	if event.Kind == DeadLetter {
		t.deadLetter(event)
	}
}

// System records an event of the system, whose name is filled in.
func (t *Telemetry) System(event SystemEvent) {
	if t != nil {
		event.System = t.system
		t.monitors.system.record(t, &event)
	}
}

// Topic records an event of a topic.
func (t *Telemetry) Topic(event TopicEvent) {
	if t != nil {
		t.monitors.topic.record(t, &event)
	}
}

// ObservesSupervision tells whether events of supervisors are of use: there is a
// monitor for them, or they are counted.
func (t *Telemetry) ObservesSupervision() bool {
	return t != nil && (t.metrics != nil || t.monitors.supervision.monitor != nil)
}

// ObservesActors tells whether there is a monitor for events of actors.
func (t *Telemetry) ObservesActors() bool {
	return t != nil && t.monitors.actor.monitor != nil
}

// ObservesMailboxes tells whether there is a monitor for events of mailboxes.
// Dead letters are to be handed to Mailbox even if there is none.
func (t *Telemetry) ObservesMailboxes() bool {
	return t != nil && t.monitors.mailbox.monitor != nil
}

// ObservesTopics tells whether there is a monitor for events of topics.
func (t *Telemetry) ObservesTopics() bool {
	return t != nil && t.monitors.topic.monitor != nil
}

// feed is the way to one monitor. It is set up once and then only read.
type feed[E Event] struct {
	monitor Monitor[E] // nil if there is nothing to be done
	memory  *Memory[E] // the monitor, if it is one; otherwise nil
	prompt  bool       // Record may be called on any goroutine
}

// to directs the feed to a monitor.
func (f *feed[E]) to(m Monitor[E]) {
	if _, noop := m.(Noop[E]); m == nil || noop {
		return
	}
	f.memory, _ = m.(*Memory[E])
	f.monitor, f.prompt = m, isPrompt(m)
}

// record hands over an event, through the queue unless it is certain that the
// monitor does not block.
func (f *feed[E]) record(t *Telemetry, event *E) {
	switch {
	case f.monitor == nil:
	case f.memory != nil:
		f.memory.record(event)
	case f.prompt:
		defer func() {
			if recover() != nil { // a nil *Memory, say
				t.drops.events.Add(1)
			}
		}()
		f.monitor.Record(*event)
	default:
		t.events.put(&recording[E]{t, f.monitor, *event})
	}
}

// isPrompt tells whether a monitor is one of ours that does not block. A type
// that embeds one of them may, so the question is not put to a method.
func isPrompt[E Event](m Monitor[E]) bool {
	switch m := m.(type) {
	case *Memory[E], Noop[E]:
		return true
	case tee[E]:
		return !slices.ContainsFunc(m, func(m Monitor[E]) bool { return !isPrompt(m) })
	}
	return false
}

// recording is the job of recording one event.
type recording[E Event] struct {
	t       *Telemetry
	monitor Monitor[E]
	event   E
}

func (r *recording[E]) do() bool {
	r.monitor.Record(r.event)
	return true
}

func (r *recording[E]) lost() { r.t.drops.events.Add(1) }
