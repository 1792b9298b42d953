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
	select {
	case <-ctx.Done():
	case <-s.Done():
	}
	release()
	return s.Shutdown(context.WithoutCancel(ctx))
}
