package supervision

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/understudy-go/understudy/actor"
)

// A Server serves until it is shut down. *http.Server is one.
type Server interface {
	// ListenAndServe blocks while the server serves.
	ListenAndServe() error
	// Shutdown makes ListenAndServe return, and returns when the requests in
	// hand are answered or ctx is done.
	Shutdown(ctx context.Context) error
}

// FromServer makes a child of a server. build is called at every start, since a
// server that was shut down cannot serve again; an error from it fails the
// start. When the child is to stop, Shutdown is called with a context that is
// done when the child's time to stop is over; then Close, if the server has it.
//
// A server that is to be known as not started when its port is taken listens in
// build: let its ListenAndServe call Serve with that listener.
//
// What ListenAndServe returns before it was told to shut down is a failure, nil
// a normal end.
//
// A server with a method Health(context.Context) actor.Health is asked by health
// checks, on a goroutine of their own; any other is well as long as it serves.
func FromServer(name string, build func() (Server, error)) actor.Child {
	spec := actor.Spec[run]{Name: name, Type: "Server", HookTimeout: actor.Forever}
	var current atomic.Pointer[server]
	if build != nil {
		spec.New = func(_ context.Context, self *actor.Self[run]) (actor.Actor[run], error) {
			s, err := build()
			if err != nil {
				return nil, err
			}
			if s == nil {
				return nil, errors.New("supervision: no server was built, and no error")
			}
			self.After(0, run{})
			made := &server{Server: s, served: make(chan error, 1)}
			current.Store(made)
			return made, nil
		}
	}
	health := func(ctx context.Context) actor.Health {
		if s := current.Load(); s != nil {
			return s.health(ctx)
		}
		return actor.Healthy
	}
	return &worker{Process: actor.New(spec), examiner: examiner{ask: health}}
}

// server is the actor around a Server.
type server struct {
	Server
	serving bool
	served  chan error // takes what ListenAndServe ended with, once
}

// Receive lets the server serve until it ends or is to stop.
func (s *server) Receive(ctx context.Context, _ run) error {
	s.serving = true
	// On a goroutine of its own, for this one has to see the order to stop.
	actor.Go(s.ListenAndServe, func(err error) { s.served <- err })
	select {
	case err := <-s.served:
		s.serving = false
		return finished(ctx, err)
	case <-ctx.Done():
		return actor.ErrShutdown
	}
}

// health asks the server, if it can tell.
func (s *server) health(ctx context.Context) actor.Health {
	if h, ok := s.Server.(interface {
		Health(ctx context.Context) actor.Health
	}); ok {
		return h.Health(ctx)
	}
	return actor.Healthy
}

// Stopped implements actor.Stopper.
func (s *server) Stopped(ctx context.Context, _ actor.Exit) error {
	err := s.Shutdown(ctx)
	if err != nil {
		if c, ok := s.Server.(interface{ Close() error }); ok {
			err = errors.Join(err, c.Close())
		}
	}
	if s.serving {
		<-s.served //nolint:errcheck // that it was shut down
	}
	return err
}
