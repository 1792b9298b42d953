package monitoring

import (
	"log/slog"
	"time"
)

// Event is what a Monitor records: plain data that knows how much it matters.
// SupervisionEvent, ActorEvent, MailboxEvent, SystemEvent and TopicEvent are
// the framework's own; a program may define more.
type Event interface {
	Severity() Severity
}

// attrs gathers the fields of an event that say something: what is zero is
// left out, so that a log line holds no empty columns.
type attrs []slog.Attr

func (a *attrs) text(key, value string) {
	if value != "" {
		*a = append(*a, slog.String(key, value))
	}
}

func (a *attrs) number(key string, value uint64) {
	if value != 0 {
		*a = append(*a, slog.Uint64(key, value))
	}
}

func (a *attrs) count(key string, value int) {
	if value != 0 {
		*a = append(*a, slog.Int(key, value))
	}
}

func (a *attrs) duration(key string, value time.Duration) {
	if value != 0 {
		*a = append(*a, slog.Duration(key, value))
	}
}

func (a *attrs) failure(err error) {
	if err != nil {
		*a = append(*a, slog.String("error", clip(errorText(err), maxText)))
	}
}

func (a *attrs) names(key string, names []string) {
	if len(names) > 0 {
		*a = append(*a, slog.Any(key, shorten(names)))
	}
}

// kindName returns the name of a kind, which is an index into names.
func kindName(kind uint8, names []string) string {
	if int(kind) >= len(names) {
		return "unknown"
	}
	return names[kind]
}
