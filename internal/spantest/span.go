package spantest

import (
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
)

// Span is what was recorded of a span.
type Span struct {
	Name        string
	Kind        trace.SpanKind
	Context     trace.SpanContext
	Parent      trace.SpanContext // not valid for a root
	Links       []trace.Link
	Attributes  []attribute.KeyValue
	Status      codes.Code
	Description string // of the status
	Events      []Event
	Start, End  time.Time
	Scope       string // name of the tracer
	Version     string // version of the tracer's scope
}

// Event is an event that was added to a span.
type Event struct {
	Name       string
	Time       time.Time
	Attributes []attribute.KeyValue
}

// Attr returns the value of an attribute as text, "" if there is none.
func (s Span) Attr(key string) string { return find(s.Attributes, key) }

// Attr returns the value of an attribute as text, "" if there is none.
func (e Event) Attr(key string) string { return find(e.Attributes, key) }

// Duration returns how long the span took.
func (s Span) Duration() time.Duration { return s.End.Sub(s.Start) }

// IsRoot tells whether the span has no parent.
func (s Span) IsRoot() bool { return !s.Parent.IsValid() }

// find returns the last value of a key: the one that counts.
func find(attrs []attribute.KeyValue, key string) string {
	for _, kv := range slices.Backward(attrs) {
		if string(kv.Key) == key {
			return kv.Value.String()
		}
	}
	return ""
}

func (s Span) clone() Span {
	s.Links = slices.Clone(s.Links)
	s.Attributes = slices.Clone(s.Attributes)
	s.Events = slices.Clone(s.Events)
	return s
}

// span is a span in the making.
type span struct {
	embedded.Span
	recorder *Recorder
	sampled  bool // set before the span is given out, like data.Context

	data  Span // protected by recorder.mu, apart from Context
	ended bool // protected by recorder.mu
}

// change applies f to what is recorded, as long as the span is open.
func (s *span) change(f func(*Span)) {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	if s.sampled && !s.ended {
		f(&s.data)
	}
}

func (s *span) End(options ...trace.SpanEndOption) {
	if !s.sampled {
		return
	}
	s.recorder.mu.Lock()
	hook, name, ended := s.recorder.onEnd, s.data.Name, s.ended
	s.recorder.mu.Unlock()
	if hook != nil && !ended {
		hook(name)
	}
	config := trace.NewSpanEndConfig(options...)
	s.change(func(data *Span) {
		data.End = orNow(config.Timestamp())
		s.ended = true
	})
}

func (s *span) AddEvent(name string, options ...trace.EventOption) {
	config := trace.NewEventConfig(options...)
	event := Event{Name: name, Time: config.Timestamp(), Attributes: slices.Clone(config.Attributes())}
	s.change(func(data *Span) { data.Events = append(data.Events, event) })
}

func (s *span) RecordError(err error, options ...trace.EventOption) {
	if err != nil {
		s.AddEvent("exception", append(options,
			trace.WithAttributes(attribute.String("exception.message", err.Error())))...)
	}
}

func (s *span) AddLink(link trace.Link) {
	s.change(func(data *Span) { data.Links = append(data.Links, link) })
}

// SetStatus follows the specification: Ok stays, and only an Error has a
// description.
func (s *span) SetStatus(code codes.Code, description string) {
	s.change(func(data *Span) {
		if data.Status == codes.Ok || code == codes.Unset {
			return
		}
		data.Status, data.Description = code, ""
		if code == codes.Error {
			data.Description = description
		}
	})
}

func (s *span) SetName(name string) {
	s.change(func(data *Span) { data.Name = name })
}

func (s *span) SetAttributes(attrs ...attribute.KeyValue) {
	s.change(func(data *Span) { data.Attributes = append(data.Attributes, attrs...) })
}

func (s *span) IsRecording() bool {
	open := false
	s.change(func(*Span) { open = true })
	return open
}

func (s *span) SpanContext() trace.SpanContext { return s.data.Context }

func (s *span) TracerProvider() trace.TracerProvider { return s.recorder }

func orNow(t time.Time) time.Time {
	if t.IsZero() {
		return time.Now()
	}
	return t
}
