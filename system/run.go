package system

import (
	"context"
	"errors"
	"os/signal"
	"syscall"

	"github.com/understudy-go/understudy/actor"
)

// Run starts a system and lets it run until ctx is done, the process is told to
// end by SIGINT or SIGTERM, or the root gives up. Then it shuts the system
// down, within Config.ShutdownTimeout, and returns. The error is that of Start,
// or of Shutdown; a signal and the end of ctx are none. A second signal has its
// usual effect and ends the process.
func Run(ctx context.Context, cfg Config) error {
	ctx, release := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer release()
	s, err := Start(ctx, cfg)
	if err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) && !errors.Is(err, actor.ErrAbandoned) {
			return nil // told to end before it had begun
		}
		return err
	}
	return s.until(ctx, release)
}

// Run is the function of that name for a system that has been started: it waits
// until ctx is done, the process is told to end by SIGINT or SIGTERM, or the
// system ends by itself, shuts it down, and returns what Shutdown does. A signal
// that came before the call was none of its business.
func (s *ActorSystem) Run(ctx context.Context) error {
	ctx, release := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer release()
	return s.until(ctx, release)
}

// until lets the system run until ctx is done. Then signals are let go of, so
// that a second one ends the process.
func (s *ActorSystem) until(ctx context.Context, release func()) error {
	select {
	case <-ctx.Done():
	case <-s.done:
	}
	release()
	return s.Shutdown(context.WithoutCancel(ctx))
}
