package sampler

import (
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// KeepSupervision returns a sampler that samples every span of supervision, and
// leaves all other spans to other. Nil means the SDK's default, which follows
// the parent and samples every root.
//
// Spans of supervision are known by their attributes. Those below them bear a
// mark in the tracestate, by the key "understudy", so that an incident is kept
// whole also where other does not follow the parent.
func KeepSupervision(other sdktrace.Sampler) sdktrace.Sampler {
	if other == nil {
		other = sdktrace.ParentBased(sdktrace.AlwaysSample())
	}
	return keeping{other}
}

type keeping struct{ other sdktrace.Sampler }

// The mark of an incident in the tracestate.
const (
	markKey   = "understudy"
	markValue = "kept"
)

// ShouldSample implements sdktrace.Sampler.
func (k keeping) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	state := trace.SpanContextFromContext(p.ParentContext).TraceState()
	marked := state.Get(markKey) == markValue
	if !marked && !begins(p) {
		return k.other.ShouldSample(p)
	}
	if !marked {
		if with, err := state.Insert(markKey, markValue); err == nil {
			state = with
		}
	}
	return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample, Tracestate: state}
}

// begins reports whether a span is the first of an incident, or of a part of it
// that has another parent: a decision, or the failure that led to it. Only
// those that are made afterwards have these attributes when they start; a
// message that is being handled gets them when it has failed.
func begins(p sdktrace.SamplingParameters) bool {
	for _, a := range p.Attributes {
		if a.Key == "actor.supervision.directive" || a.Key == "actor.failure.kind" {
			return true
		}
	}
	return false
}

// Description implements sdktrace.Sampler.
func (k keeping) Description() string { return "KeepSupervision{" + k.other.Description() + "}" }
