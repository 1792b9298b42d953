package monitoring

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// The attributes of spans; log lines use the same names.
const (
	keySystem      = "actor.system"
	keyPath        = "actor.path"
	keyType        = "actor.type"
	keyIncarnation = "actor.incarnation"
	keyMessage     = "actor.message.type"
	keyDepth       = "actor.mailbox.depth"
	keyWait        = "actor.mailbox.wait"

	keyChildPath        = "actor.child.path"
	keyChildType        = "actor.child.type"
	keyChildIncarnation = "actor.child.incarnation"

	keyStrategy    = "actor.supervision.strategy"
	keyRestartType = "actor.supervision.restart_type"
	keyDirective   = "actor.supervision.directive"
	keyRestarts    = "actor.supervision.restarts"
	keyMaxRestarts = "actor.supervision.max_restarts"
	keyWindow      = "actor.supervision.window"
	keyBackoff     = "actor.supervision.backoff"
	keyAffected    = "actor.supervision.affected"

	keyFailureKind = "actor.failure.kind"
	keyStopReason  = "actor.stop.reason"
	keyErrorType   = "error.type"
	keyDropReason  = "actor.drop.reason"
	keyDropKind    = "actor.telemetry.kind"

	keyExceptionType    = "exception.type"
	keyExceptionMessage = "exception.message"
	keyExceptionStack   = "exception.stacktrace"
)

// attributes gathers the attributes of a span. What is empty is left out.
type attributes []attribute.KeyValue

func (a *attributes) text(key, value string) {
	if value != "" {
		*a = append(*a, attribute.String(key, clip(value, maxName)))
	}
}

func (a *attributes) path(key, value string) {
	if value != "" {
		*a = append(*a, attribute.String(key, clip(value, maxPath)))
	}
}

// whole adds a text that has been bounded already.
func (a *attributes) whole(key, value string) {
	if value != "" {
		*a = append(*a, attribute.String(key, value))
	}
}

func (a *attributes) number(key string, value uint64) {
	if value != 0 {
		*a = append(*a, attribute.Int64(key, int64(value)))
	}
}

func (a *attributes) count(key string, value int) {
	*a = append(*a, attribute.Int(key, value))
}

// duration is written for people: "1m0s", "100ms".
func (a *attributes) duration(key string, value time.Duration) {
	if value != 0 {
		*a = append(*a, attribute.String(key, value.String()))
	}
}

func (a *attributes) names(key string, names []string) {
	if len(names) > 0 {
		*a = append(*a, attribute.StringSlice(key, shorten(names)))
	}
}

// child adds what identifies the child that a span of supervision is about.
func (a *attributes) child(path, typ string, incarnation uint64) {
	a.path(keyChildPath, path)
	a.text(keyChildType, typ)
	a.number(keyChildIncarnation, incarnation)
}

// spanName returns "verb type/message", or what there is of it.
func spanName(verb, typ, message string) string {
	name := verb + " " + clip(typ, maxName)
	if message != "" {
		name += "/" + clip(message, maxName)
	}
	return name
}
