package monitoring

import (
	"errors"

	"go.opentelemetry.io/otel/metric"
)

// instruments are the metrics of a system. Those of a provider that is asked
// twice, by two systems, are the same; the systems differ by their label.
type instruments struct {
	count                                                 metric.Int64ObservableUpDownCounter
	starts, stops, failures, restarts, escalations        metric.Int64ObservableCounter
	processed, deadLetters, dropped                       metric.Int64ObservableCounter
	depth                                                 metric.Int64ObservableUpDownCounter
	deepest                                               metric.Int64ObservableGauge
	processDuration, mailboxWaitDuration, restartDuration metric.Float64Histogram
}

// The bounds of the buckets of histograms, in seconds.
var (
	// turnBounds are from a microsecond to ten seconds.
	turnBounds = []float64{
		1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, .1, .25, .5,
		1, 2.5, 5, 10,
	}
	// restartBounds go on to two minutes, for a restart may have to wait.
	restartBounds = []float64{1e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120}
)

// make makes the instruments.
func (in *instruments) make(meter metric.Meter) error {
	var errs []error
	counter := func(to *metric.Int64ObservableCounter, name, unit, description string) {
		c, err := meter.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
		*to, errs = c, append(errs, err)
	}
	sum := func(to *metric.Int64ObservableUpDownCounter, name, unit, description string) {
		c, err := meter.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
		*to, errs = c, append(errs, err)
	}
	seconds := func(to *metric.Float64Histogram, name string, bounds []float64, description string) {
		h, err := meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description),
			metric.WithExplicitBucketBoundaries(bounds...))
		*to, errs = h, append(errs, err)
	}
	sum(&in.count, "actor.count", "{actor}", "Actors that are running.")
	counter(&in.starts, "actor.starts", "{start}", "Starts that succeeded, restarts among them.")
	counter(&in.stops, "actor.stops", "{stop}", "Ends of what was started, for whatever reason.")
	counter(&in.failures, "actor.failures", "{failure}", "Ends that were failures, starts that failed, and failures after which an actor went on.")
	counter(&in.restarts, "actor.restarts", "{restart}", "Restarts by supervisors that succeeded.")
	counter(&in.escalations, "actor.escalations", "{escalation}", "Failures that a supervisor has passed on to its parent.")
	counter(&in.processed, "actor.processed.messages", "{message}", "Messages taken from mailboxes to be handled.")
	counter(&in.deadLetters, "actor.dead_letters", "{message}", "Messages that will never be handled.")
	sum(&in.depth, "actor.mailbox.depth", "{message}", "Messages that are waiting, in all mailboxes together.")
	var err error
	in.deepest, err = meter.Int64ObservableGauge("actor.mailbox.depth.max", metric.WithUnit("{message}"),
		metric.WithDescription("Messages that are waiting in the fullest mailbox."))
	errs = append(errs, err)
	seconds(&in.processDuration, "actor.process.duration", turnBounds, "Time to handle a message; of one in 64.")
	seconds(&in.mailboxWaitDuration, "actor.mailbox.wait.duration", turnBounds,
		"Time from the sending of a message to its handling; of one in 64.")
	seconds(&in.restartDuration, "actor.restart.duration", restartBounds, "Time from a failure until the restart is done.")
	counter(&in.dropped, "actor.telemetry.dropped", "{item}", "Telemetry that was lost.")
	return errors.Join(errs...)
}

// observed returns those whose values the callback gives.
func (in *instruments) observed() []metric.Observable {
	return []metric.Observable{
		in.count, in.starts, in.stops, in.failures, in.restarts, in.escalations, in.processed, in.deadLetters,
		in.depth, in.deepest, in.dropped,
	}
}
