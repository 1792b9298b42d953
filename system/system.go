package system

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
	"github.com/understudy-go/understudy/supervision"
)

// An ActorSystem is a running tree of supervisors and actors. Its methods may
// be called from any goroutine.
type ActorSystem struct {
	name      string
	timeout   time.Duration
	id        monitoring.ID
	runtime   *actor.Runtime
	telemetry *monitoring.Telemetry
	root      *top
	spawned   *top
	course    course

	stopping sync.Once
	closing  chan struct{}   // closed when the shutdown begins
	hurry    context.Context // done when no more time is left for it
	hurried  context.CancelFunc
	done     chan struct{} // closed when nothing runs any more
	err      error         // set before done is closed
}

// Start starts a system and returns when every child of its root is ready. If
// one of them cannot be started, those before it are stopped again, last first,
// and Start returns a *[supervision.StartError] with the path and the cause.
// A wrong Config is refused before anything is started.
//
// ctx bounds the start only: when it is done before the system is ready, what
// has been started is stopped, and Start returns ctx's cause, with the actors
// that had to be abandoned. The system keeps ctx's values, but not its span.
//
// After a failed start the addresses of all children have ended, those that
// were never started too; a later Start opens them again.
func Start(ctx context.Context, cfg Config) (*ActorSystem, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	ids := monitoring.NewIDs()
	s := &ActorSystem{
		name:    cfg.Name,
		timeout: cfg.shutdownTimeout(),
		id:      ids.System(),
		root:    newTop(cfg.root()),
		spawned: newTop(cfg.spawned()),
		closing: make(chan struct{}),
		done:    make(chan struct{}),
	}
	s.course.phases = cfg.phases()
	s.hurry, s.hurried = context.WithCancel(context.Background())
	if err := s.start(ctx, ids, cfg); err != nil {
		defer s.hurried()
		return nil, errors.Join(err, s.rollBack(), s.close(ctx, s.timeout))
	}
	s.observe(monitoring.SystemStarted, "", nil)
	go s.watch()
	return s, nil
}

// start starts the supervisors at the top, one after the other.
func (s *ActorSystem) start(ctx context.Context, ids *monitoring.IDs, cfg Config) (err error) {
	s.telemetry, err = monitoring.NewTelemetry(monitoring.TelemetryConfig{
		System:             cfg.Name,
		TracerProvider:     cfg.TracerProvider,
		MeterProvider:      cfg.MeterProvider,
		Logger:             cfg.Logger,
		Redact:             cfg.Redact,
		Monitors:           cfg.Monitors,
		Queue:              cfg.TelemetryQueue,
		IncidentsPerSecond: cfg.IncidentsPerSecond,
	})
	s.runtime = actor.NewRuntime(ids, s.telemetry)
	if err != nil {
		return err
	}
	s.runtime.Employ()
	if cfg.ProfileLabels {
		s.runtime.Label()
	}
	in := context.WithValue(s.runtime.Context(ctx), systemKey{}, s)
	for _, t := range []*top{s.root, s.spawned} {
		if err := t.start(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

// rollBack stops what has been started of a system that could not be.
func (s *ActorSystem) rollBack() error {
	began := time.Now()
	steps, err := s.stopActors(0)
	s.report(began, steps)
	return err
}

// systemKey finds the system in the contexts of its actors.
type systemKey struct{}

// Name returns the system's name.
func (s *ActorSystem) Name() string { return s.name }

// ID returns the system's identity. Those of its actors derive from it.
func (s *ActorSystem) ID() monitoring.ID { return s.id }

// Root returns the address of the root supervisor, to which children may be
// added with [supervision.StartChild].
func (s *ActorSystem) Root() actor.Ref[supervision.Message] { return s.root.process.Ref }

// Spawned returns the address of the supervisor of what [Spawn] started.
func (s *ActorSystem) Spawned() actor.Ref[supervision.Message] { return s.spawned.process.Ref }

// DeadLetters returns what the system remembers of its dead letters.
func (s *ActorSystem) DeadLetters() actor.DeadLetters { return s.runtime.DeadLetters() }

// Done returns a channel that is closed when nothing of the system runs any
// more.
func (s *ActorSystem) Done() <-chan struct{} { return s.done }

// Err returns why the system has ended: nil while it runs and after an orderly
// shutdown, otherwise what Shutdown returns.
func (s *ActorSystem) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

func (s *ActorSystem) observe(kind monitoring.SystemKind, reason string, err error) {
	s.telemetry.System(monitoring.SystemEvent{
		Time:   time.Now(),
		Kind:   kind,
		System: s.name,
		ID:     s.id,
		Reason: reason,
		Err:    err,
	})
}

// Spawn starts an actor in a running system and returns its address when it is
// ready. The actor is adopted by a supervisor of the system's own, whose policy
// is Config.Spawned: unless its Defaults say otherwise the actor is restarted
// however it ends, also after a normal end. To have it under another supervisor
// use [SpawnUnder]. An empty name is filled in. To stop the actor, call
// supervision.TerminateChild with the system's Spawned address and the actor's
// name.
//
// The error is a *[supervision.ChildError] or a *[supervision.SpecError],
// [ErrShutdown], or ctx's cause. Only in the last case does the start go on, so
// that the address returned is of use; otherwise it has ended.
func Spawn[M any](ctx context.Context, s *ActorSystem, spec actor.Spec[M]) (actor.Ref[M], error) {
	return SpawnUnder(ctx, s, s.Spawned(), spec, supervision.Child{})
}

// Lookup returns the address of the actor that is registered by a name that is
// unique in the system (actor.Spec.Registered). The error is
// [actor.ErrNotFound], or a *[actor.MessageTypeError] when that actor takes
// messages of another type.
func Lookup[M any](s *ActorSystem, name string) (actor.Ref[M], error) {
	return actor.Lookup[M](s.runtime, name)
}
