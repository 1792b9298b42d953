package spantest

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
)

// Recorder is a trace.TracerProvider that keeps what it is given. A trace is
// sampled if its root is; the Recorder samples all roots until SetSampled
// tells otherwise. Identifiers are counted up from one.
type Recorder struct {
	embedded.TracerProvider

	mu        sync.Mutex // protects what follows
	unsampled bool
	onStart   func(name string)
	onEnd     func(name string)
	last      uint64  // number of the last span
	spans     []*span // sampled ones, in order of start
}

// New returns a Recorder without spans.
func New() *Recorder { return new(Recorder) }

// SetSampled says whether the traces that begin from now on are sampled.
func (r *Recorder) SetSampled(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unsampled = !on
}

// OnStart sets a function that is called when a span is to be started, before
// it is. It may block or panic. Nil takes it away.
func (r *Recorder) OnStart(hook func(name string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onStart = hook
}

// OnEnd sets a function that is called when a sampled span is to be ended,
// before it is. It may block or panic. Nil takes it away.
func (r *Recorder) OnEnd(hook func(name string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onEnd = hook
}

// Start starts a span as a program would that uses the framework.
func (r *Recorder) Start(ctx context.Context, name string) (context.Context, trace.Span) {
	return r.Tracer("spantest").Start(ctx, name)
}

// Spans returns the sampled spans that have ended, in the order in which they
// were started.
func (r *Recorder) Spans() []Span { return r.list(true) }

// Open returns the sampled spans that have not ended.
func (r *Recorder) Open() []Span { return r.list(false) }

// Named returns the spans of that name that have ended.
func (r *Recorder) Named(name string) []Span {
	return slices.DeleteFunc(r.Spans(), func(s Span) bool { return s.Name != name })
}

// Started returns how many spans were started, the unsampled ones included.
func (r *Recorder) Started() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int(r.last)
}

// Reset forgets all spans. Identifiers go on.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spans = nil
}

func (r *Recorder) list(ended bool) []Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Span
	for _, s := range r.spans {
		if s.ended == ended {
			out = append(out, s.data.clone())
		}
	}
	return out
}

// Tracer returns a tracer for a scope.
func (r *Recorder) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	config := trace.NewTracerConfig(options...)
	return &tracer{recorder: r, scope: name, version: config.InstrumentationVersion()}
}

type tracer struct {
	embedded.Tracer
	recorder       *Recorder
	scope, version string
}

// Start makes a span as the specification has it: a child of the span in ctx,
// if there is one and no new root is wanted.
func (t *tracer) Start(
	ctx context.Context, name string, options ...trace.SpanStartOption,
) (context.Context, trace.Span) {
	r := t.recorder
	r.mu.Lock()
	hook := r.onStart
	r.mu.Unlock()
	if hook != nil {
		hook(name)
	}

	config := trace.NewSpanStartConfig(options...)
	parent := trace.SpanContextFromContext(ctx)
	if config.NewRoot() {
		parent = trace.SpanContext{}
	}
	s := &span{recorder: r, data: Span{
		Name:       name,
		Kind:       trace.ValidateSpanKind(config.SpanKind()),
		Parent:     parent,
		Links:      slices.Clone(config.Links()),
		Attributes: slices.Clone(config.Attributes()),
		Start:      orNow(config.Timestamp()),
		Scope:      t.scope,
		Version:    t.version,
	}}

	r.mu.Lock()
	r.last++
	s.data.Context, s.sampled = identify(r.last, parent, !r.unsampled)
	if s.sampled {
		r.spans = append(r.spans, s)
	}
	r.mu.Unlock()
	return trace.ContextWithSpan(ctx, s), s
}

// identify returns the context of the span with that number.
func identify(number uint64, parent trace.SpanContext, sampleRoots bool) (trace.SpanContext, bool) {
	config := trace.SpanContextConfig{TraceID: parent.TraceID(), TraceState: parent.TraceState()}
	sampled := parent.IsSampled()
	if !parent.IsValid() {
		binary.BigEndian.PutUint64(config.TraceID[8:], number)
		sampled = sampleRoots
	}
	binary.BigEndian.PutUint64(config.SpanID[:], number)
	config.TraceFlags = config.TraceFlags.WithSampled(sampled)
	return trace.NewSpanContext(config), sampled
}
