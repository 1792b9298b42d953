package monitoring

import (
	"context"
	"fmt"
	"log/slog"
)

// Slog is a monitor that writes every event as a line of a log. It counts the
// events but keeps none. The zero Slog is ready for use. It must not be
// copied after its first use, and its fields must not be changed after it.
//
// The texts of errors are bounded, but they do not pass through the redaction
// hook of a Telemetry: a handler of the Logger may hide what must not be seen.
type Slog[E Event] struct {
	// Logger takes the lines. Nil means slog.Default().
	Logger *slog.Logger
	// Min is the lowest severity that is written. Zero means Info.
	Min Severity

	counts Memory[E]
}

// Record writes the event, with its severity as the level: Trace is below
// slog.LevelDebug, Critical above slog.LevelError.
func (s *Slog[E]) Record(event E) {
	severity := event.Severity()
	if severity < least(s.Min) {
		return
	}
	s.counts.count(severity)
	logger := s.Logger
	if logger == nil {
		logger = slog.Default()
	}
	ctx, level := context.Background(), severity.Level()
	if !logger.Enabled(ctx, level) {
		return
	}
	message := "event"
	if named, ok := any(event).(fmt.Stringer); ok {
		message = named.String()
	}
	value := slog.AnyValue(event).Resolve()
	if value.Kind() == slog.KindGroup {
		logger.LogAttrs(ctx, level, message, value.Group()...)
		return
	}
	logger.LogAttrs(ctx, level, message, slog.Any("event", value))
}

// Snapshot returns the counts of the events written.
func (s *Slog[E]) Snapshot() Snapshot[E] { return s.counts.Snapshot() }

// Reset sets the counts to zero.
func (s *Slog[E]) Reset() { s.counts.Reset() }

// Level returns the level of a log line of that severity.
func (s Severity) Level() slog.Level {
	switch s {
	case Trace:
		return slog.LevelDebug - 4
	case Debug:
		return slog.LevelDebug
	case Warning:
		return slog.LevelWarn
	case Error:
		return slog.LevelError
	case Critical:
		return slog.LevelError + 4
	}
	return slog.LevelInfo
}
