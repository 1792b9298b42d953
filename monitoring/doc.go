// Package monitoring shows what happens in an actor system: as events for
// programs, as spans for people, and as log lines for both.
//
// # Events
//
// A [Monitor] records events of one type. [Memory] counts them and keeps the
// latest; its zero value is ready for use:
//
//	var seen monitoring.Memory[monitoring.SupervisionEvent]
//	… give &seen to the system as Monitors.Supervision, let a child crash …
//	fmt.Println(seen.Snapshot().Counts.Of(monitoring.Error)) // 1
//
// [Slog] writes them to a log, [Noop] does nothing, and [Tee] feeds several.
// A monitor of your own needs three methods. There are five types of events,
// [SupervisionEvent], [ActorEvent], [MailboxEvent], [SystemEvent] and
// [TopicEvent]; each is plain data with a Kind, and knows its [Severity]. [Memory.Subscribe] follows
// events as they happen.
//
// # Spans
//
// A [Telemetry] makes spans through the OpenTelemetry API. A message that is
// sent within a sampled span is traced: its handling is a span `process
// Type/Message`, an ask one more, `ask Type/Message`. What a supervisor does
// about a failure is always traced, as one [Incident]:
//
//	POST /orders                        the program's own span
//	└ process Orders/Place              the message that failed: red, with the stack trace
//	  └ supervise worker-3              what was decided, and why
//	    ├ stop worker-2                 what was done
//	    ├ backoff
//	    ├ restart worker-2 └ start worker-2
//	    └ restart worker-3 └ start worker-3
//
// If the message was not traced, a `process` span of no length is made to be
// the root, so that every incident has one. A failure to start begins a trace
// of its own, with a link to the incident before, or a crash loop would make
// one trace without end. What is escalated goes on under the `supervise` span
// of the supervisor that gave up.
//
// A supervisor that is stopped or started as a step of an incident shows its
// own children below that step; see [Telemetry.Expect]. So the shutdown of a
// system is one trace, and the restart of a subtree is part of one:
//
//	shutdown shop
//	└ stop shop
//	  ├ stop worker-3
//	  └ stop orders
//	    ├ stop worker-2
//	    └ stop worker-1
//
// What a command does to a child, such as supervision.StartChild, stands under
// the command's own span if that is traced, and is only an event otherwise.
//
// A start that fails is a trace too, from the topmost supervisor down to the
// child that could not be started. One that goes well is an event.
//
// Spans have attributes for what one would search by: actor.path, actor.type,
// actor.message.type, actor.failure.kind, actor.supervision.directive,
// error.type and so on. Texts of errors are bounded, and pass through
// [TelemetryConfig].Redact before they go anywhere. Names and messages never
// become format strings, and the contents of a message are never shown.
//
// # Metrics
//
// A system counts its actors, their failures and their messages by the actors'
// type, and times one message in 64. A reader that collects is told by one
// callback; nothing is counted for each message but by the mailboxes. Labels
// are types and closed sets, never names or texts, and what is beyond a hundred
// types is counted together. docs/observability.md lists the instruments.
//
// # Log lines
//
// A failure is one line of level ERROR, a restart that has been done one of
// level WARN, an escalation one of level ERROR. They bear trace_id and span_id,
// and are logged with the span in the context; [NewTraceHandler] adds the two to
// a program's own lines. Dead letters are logged at a throttled rate.
//
// # What it costs
//
// A message that is not traced costs no call of a tracer and no allocation, and
// metrics some two nanoseconds. Whatever must not wait is queued; see the next
// section.
//
// When a program ends, it stops the actor system first, then the providers, so
// that the last spans and figures are exported.
//
// # Concurrency
//
// Everything here may be used from any goroutine at once, apart from setting
// the fields of a Memory or a Slog, which has to be done before its first use.
//
// A Telemetry calls the user's code (span processors and exporters, log
// handlers, the redaction hook, errors' methods, monitors other than Memory)
// on goroutines of its own: one each for spans, measurements, log lines and
// events.
// Each has a bounded queue and lives only while there is something in it. So
// none of that code can hold up or fail an actor or a supervisor; if it
// blocks, the queue fills up, and what does not fit is counted in
// [Telemetry.Drops]; if it panics, that span, measurement, line or event is
// counted, and the next one is tried. Within each queue the order is kept.
//
// Two things happen at once on the caller's goroutine: a Memory records, under
// a mutex held for some ten nanoseconds; and the provider's Tracer.Start is
// called for a traced message or ask, because what is sent in its course has
// to bear the new span. OpenTelemetry demands of Start that it does not block,
// and exporting is no part of it.
//
// The package has no goroutine, channel or timer of its own, so a Telemetry
// that is made inside a testing/synctest bubble belongs to that bubble and
// comes to rest with it. [Telemetry.Flush] waits for that rest: what was
// handed over before is then visible in the exporter, the log and the
// monitors.
package monitoring
