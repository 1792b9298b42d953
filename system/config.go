package system

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// A Config declares an actor system. Only Name is required.
type Config struct {
	// Name is the system's name: that of its root supervisor, in paths, and
	// the actor.system of its spans. It has the form of an actor's name.
	Name string

	// Root is the tree that runs as long as the system does. Its Name is the
	// system's; it is left empty here.
	Root supervision.Spec

	// Spawned is the policy for what [Spawn] starts. These actors do not
	// depend on each other, so its Strategy is OneForOne; it has no Children,
	// and no Name.
	Spawned supervision.Spec

	// ShutdownTimeout bounds a shutdown whose context has no deadline. Zero
	// means 30 seconds, actor.Forever no limit.
	ShutdownTimeout time.Duration

	// Phases are those of the shutdown, in order. PhaseActors must be one of
	// them. Nil means PhaseDrain, PhaseActors, PhaseRelease. Nothing of them is
	// run when the system could not be started.
	Phases []Phase

	// Logger takes a record of each failure, restart and escalation. Nil means
	// slog.Default().
	Logger *slog.Logger

	// Monitors get the system's events. A nil one gets none.
	Monitors monitoring.Monitors

	// TracerProvider and MeterProvider take spans and metrics. Nil means
	// OpenTelemetry's global ones. Whether metrics are collected at all is
	// looked at once, when the system starts, so a program that sets the global
	// MeterProvider does so before.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider

	// TelemetryQueue is how many spans and incidents may wait to be exported;
	// as many log lines and events may wait for theirs. What does not fit is
	// lost and counted, in the metric actor.telemetry.dropped. Zero means
	// monitoring.DefaultQueue, 1024.
	TelemetryQueue int

	// IncidentsPerSecond is how many failures are reported, with spans and log
	// lines, in a second; twice as many may come at once. Metrics and events
	// tell of all of them. Zero means monitoring.DefaultIncidentsPerSecond, 100.
	IncidentsPerSecond int

	// ProfileLabels has goroutines carry the type of the actor that they run, as
	// the label actor.type, so that a CPU profile can be split by it: go tool pprof
	// -tags, or -tagfocus. It costs each run of an actor some 100 ns.
	ProfileLabels bool

	// Redact is given the text of errors and stacks before they go into spans
	// and logs, and returns what may be shown. Nil means all of it.
	Redact func(string) string
}

const defaultShutdownTimeout = 30 * time.Second

// A ConfigError is one wrong field of a Config. It is [ErrInvalidConfig].
type ConfigError struct {
	Field string
	Err   error
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("%v: %s: %v", ErrInvalidConfig, e.Field, e.Err)
}

// Unwrap returns ErrInvalidConfig and what is wrong.
func (e *ConfigError) Unwrap() []error { return []error{ErrInvalidConfig, e.Err} }

// Validate returns nil, or every wrong field, joined: each a *[ConfigError],
// or for those of Root a *[supervision.SpecError].
func (c Config) Validate() error {
	var errs []error
	wrong := func(field string, err error) {
		if err != nil {
			errs = append(errs, &ConfigError{field, err})
		}
	}
	named := c // by a name that is good enough to go on with
	if c.Name == "" {
		wrong("Name", errors.New("is empty"))
		named.Name = "system"
	} else if err := actor.CheckName(c.Name); err != nil {
		wrong("Name", err)
		named.Name = "system"
	}
	if c.Root.Name != "" && c.Root.Name != c.Name {
		wrong("Root.Name", fmt.Errorf("%q is not the system's name", c.Root.Name))
	}
	if c.Spawned.Name != "" {
		wrong("Spawned.Name", errors.New("is set"))
	}
	if len(c.Spawned.Children) > 0 {
		wrong("Spawned.Children", errors.New("are given: only Root has children from the start"))
	}
	if c.ShutdownTimeout < 0 {
		wrong("ShutdownTimeout", fmt.Errorf("is negative: %v", c.ShutdownTimeout))
	}
	if c.TelemetryQueue < 0 {
		wrong("TelemetryQueue", fmt.Errorf("is negative: %d", c.TelemetryQueue))
	}
	if c.IncidentsPerSecond < 0 {
		wrong("IncidentsPerSecond", fmt.Errorf("is negative: %d", c.IncidentsPerSecond))
	}
	c.validatePhases(wrong)
	wrong("Root", named.root().Validate())
	wrong("Spawned", named.spawned().Validate())
	return errors.Join(errs...)
}

// root returns the declaration of the root supervisor.
func (c Config) root() *actor.Process[supervision.Message] {
	spec := c.Root
	spec.Name = c.Name
	return supervision.New(spec)
}

// spawned returns the declaration of the supervisor of what is spawned.
func (c Config) spawned() *actor.Process[supervision.Message] {
	spec := c.Spawned
	spec.Name = c.Name + ".spawned"
	return supervision.NewDynamic(spec)
}

func (c Config) shutdownTimeout() time.Duration {
	if c.ShutdownTimeout == 0 {
		return defaultShutdownTimeout
	}
	return c.ShutdownTimeout
}
