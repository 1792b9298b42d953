package monitoring

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// maxSteps is how many spans of single children an incident has at most. What
// is beyond is to be seen in the list of affected children only.
const maxSteps = 32

// maxSpans is how many spans of steps one report makes at most, those of its
// parts included.
const maxSpans = 8 * maxSteps

// steps makes the spans of what was done, under that of the decision, as long
// as total lasts.
func (r *report) steps(decided trace.SpanContext, total *int) {
	made := make([]trace.SpanContext, len(r.in.Steps)) // not valid where there is none
	budget := maxSteps
	for i := range r.in.Steps {
		step := &r.in.Steps[i]
		parent := decided
		if step.Under >= 0 && step.Under < i {
			parent = made[step.Under]
		}
		if !parent.IsValid() || r.hides(i) || *total == 0 {
			continue
		}
		if step.Kind != StepBackoff {
			if budget == 0 {
				continue
			}
			budget--
		}
		*total--
		part := r.parts[i]
		made[i], _ = r.t.emit(parent, r.t.describe(step, part))
		if part != nil {
			part.steps(made[i], total)
		}
	}
}

// describe describes the span of one step, and of the part below it, if any.
func (t *Telemetry) describe(step *Step, part *report) spanData {
	d := spanData{name: step.Kind.String(), begin: step.Begin, end: step.End}
	if step.Kind == StepBackoff {
		return d
	}
	d.name += " " + clip(step.Child, maxName)
	d.attrs.text(keySystem, t.system)
	d.attrs.child(step.Path, step.Type, step.Incarnation)
	d.attrs.text(keyStopReason, step.Reason)
	d.attrs.text(keyErrorType, errorType(step.Err))
	switch {
	case step.Err == nil:
	case step.Kind == StepStop && part != nil: // it was told to stop, and did; what did not is below
	case step.Kind == StepRestart, part != nil: // the start within it tells why
		d.fill = func(span trace.Span) { span.SetStatus(codes.Error, t.redact.error(step.Err)) }
	default:
		d.fill = func(span trace.Span) { t.exception(span, step.Err, "", step.End) }
	}
	return d
}
