// Package sampler keeps what supervisors do in the traces of a program that
// samples few of its requests.
//
//	sdktrace.WithSampler(sampler.KeepSupervision(
//		sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.01)),
//	))
//
// One request in a hundred is traced then, and every crash. It is a module of
// its own because it needs the OpenTelemetry SDK, which the framework does not.
//
// # What is kept
//
// Every incident, whole: the decision of the supervisor with all steps below
// it, what was escalated, and a start that failed. Every shutdown too.
//
// A crash in a request that is sampled is part of that request's trace. A
// crash in one that is not sampled, or in no request at all, begins a trace of
// its own: a span of no length for the message that failed, and the incident
// under it. The request itself is not in it, for nothing of it was recorded.
//
// # Concurrency
//
// A sampler has no state and may be used from any goroutine at once.
package sampler
