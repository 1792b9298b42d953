package monitoring

import (
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Report hands over an incident that is over, to be made into spans and log
// lines. It never blocks. The incident must not be changed afterwards.
func (t *Telemetry) Report(in *Incident) {
	if t == nil || in == nil {
		return
	}
	t.metrics.restarted(in)
	r := &report{t, in, t.parts.take(in)}
	if !in.isOwn() || !t.parts.hold(r) {
		t.hand(r)
	}
}

// hand has a report made into spans, unless there is nothing to be seen in it:
// a start that went well is an event, a stop of nothing not even that.
func (t *Telemetry) hand(r *report) {
	switch {
	case r.in.Directive == directiveStart && r.in.Err == nil, r.in.isOwn() && r.isEmpty():
	case !r.in.isSystem() && !t.limit.take(time.Now()):
		r.lost()
	default:
		t.spans.put(r)
	}
}

// report is the job of reporting one incident.
type report struct {
	t     *Telemetry
	in    *Incident
	parts map[int]*report // what supervisors below did, by the index of the step
}

// isEmpty tells whether there is no step to be shown.
func (r *report) isEmpty() bool {
	for i := range r.in.Steps {
		if !r.hides(i) {
			return false
		}
	}
	return true
}

// hides tells whether a step is not shown.
func (r *report) hides(i int) bool {
	part := r.parts[i]
	return r.in.Steps[i].IfAny && part != nil && part.isEmpty()
}

// lost leaves the incident's place in the trace to the one it follows from,
// so that what refers to it still finds the failing message.
func (r *report) lost() {
	r.t.drops.incidents.Add(1)
	r.in.Ref.set(r.in.Failure.Trace.get())
}

// do makes the spans. Each is ended as soon as it is made, with the times at
// which things happened, and then serves as a parent by its context alone: no
// span is open while another is made, and one that the provider panics on
// takes no other with it.
func (r *report) do() bool {
	t, in := r.t, r.in
	budget := maxSpans
	if in.Directive == directiveCommand {
		r.steps(in.Failure.Trace.get(), &budget)
		return true
	}
	failed, linked := r.failure()
	t.logFailure(in, failed)
	d := r.decision()
	if !linked {
		d.link = in.Failure.Previous
	}
	decided, ok := t.emit(failed, d)
	in.Ref.set(decided)
	r.steps(decided, &budget)
	t.logOutcome(in, decided)
	return ok
}

// failure returns the span under which the decision belongs, and whether that
// one bears the link to the incident before. The span of the failing message,
// or of the incident that was escalated, is there already; otherwise it makes
// one of no length, so that the trace has a root that shows what went wrong.
func (r *report) failure() (sc trace.SpanContext, linked bool) {
	t, f := r.t, &r.in.Failure
	if parent := f.Trace.get(); parent.IsValid() && !f.Starting {
		return parent, false
	}
	if r.in.isOwn() {
		return trace.SpanContext{}, false
	}
	at := r.begin()
	if !f.At.IsZero() {
		at = f.At
	}
	d := spanData{begin: at, end: at, link: f.Previous}
	if f.Starting {
		d.name, d.kind = "start "+clip(f.Name, maxName), trace.SpanKindInternal
	} else {
		d.name, d.kind = spanName("process", f.typeOrName(), f.Message), trace.SpanKindConsumer
	}
	d.attrs.text(keySystem, t.system)
	d.attrs.path(keyPath, f.Path)
	d.attrs.text(keyType, f.Type)
	d.attrs.number(keyIncarnation, f.Incarnation)
	d.attrs.text(keyMessage, f.Message)
	d.attrs.count(keyDepth, f.Depth)
	d.attrs.text(keyFailureKind, f.Kind)
	d.attrs.text(keyErrorType, errorType(f.Err))
	d.fill = func(span trace.Span) { t.fail(span, f) }
	sc, linked = t.emit(trace.SpanContext{}, d)
	return sc, linked
}

// decision describes the span of the supervisor's decision, which holds all
// that was done about it.
func (r *report) decision() spanData {
	t, in, f := r.t, r.in, &r.in.Failure
	d := spanData{name: "supervise " + clip(f.Name, maxName), begin: r.begin(), end: in.End}
	switch {
	case in.Directive == directiveStart:
		d.name = "start " + clip(f.Name, maxName)
	case in.isSystem():
		d.name = "shutdown " + clip(f.Name, maxName)
	case in.isOwn():
		d.name = "stop " + clip(f.Name, maxName)
	}
	a := &d.attrs
	a.text(keySystem, t.system)
	a.path(keyPath, in.Supervisor)
	a.text(keyType, in.SupervisorType)
	a.child(f.Path, f.Type, f.Incarnation)
	a.text(keyStrategy, in.Strategy)
	a.text(keyRestartType, in.RestartType)
	a.text(keyDirective, in.Directive)
	if !in.isOwn() {
		a.count(keyRestarts, in.Restarts)
		a.count(keyMaxRestarts, in.MaxRestarts)
	}
	a.duration(keyWindow, in.Window)
	a.duration(keyBackoff, in.Backoff)
	a.names(keyAffected, in.Affected)
	a.text(keyFailureKind, f.Kind)
	cause := f.Err
	if in.isOwn() {
		cause = in.Err
	}
	a.text(keyErrorType, errorType(cause))
	d.fill = func(span trace.Span) {
		if f.Verdict != nil && f.Trace.get().IsValid() {
			t.because(span, f.Verdict, d.begin)
		}
		if in.Err != nil {
			span.SetStatus(codes.Error, t.redact.error(in.Err))
		}
	}
	return d
}

func (r *report) begin() time.Time {
	switch {
	case !r.in.Begin.IsZero():
		return r.in.Begin
	case !r.in.Failure.At.IsZero():
		return r.in.Failure.At
	}
	return time.Now()
}
