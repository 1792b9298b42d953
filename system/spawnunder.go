package system

import (
	"context"
	"errors"
	"fmt"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// SpawnUnder is [Spawn] under a supervisor of one's own, with the terms on which
// it has the actor:
//
//	worker, err := system.SpawnUnder(ctx, sys, pool.Ref, spec, supervision.Child{
//		Restart:  supervision.Transient,
//		Shutdown: supervision.Graceful(time.Second),
//	})
//
// What terms leaves zero are the supervisor's Defaults. Its Process is the actor
// that spec declares; it is left nil. Errors and names are as for Spawn.
func SpawnUnder[M any](
	ctx context.Context, s *ActorSystem, sup actor.Ref[supervision.Message], spec actor.Spec[M], terms supervision.Child,
) (actor.Ref[M], error) {
	if terms.Process != nil {
		return actor.Ref[M]{}, &supervision.SpecError{
			Supervisor: sup.Name(), Child: terms.ID, Field: "Process", Err: errors.New("is given: it is what is spawned"),
		}
	}
	if spec.Name == "" {
		spec.Name = s.runtime.NextName()
	}
	p := actor.New(spec)
	terms.Process = p
	err := supervision.StartChild(ctx, sup, terms)
	if errors.Is(err, actor.ErrStopped) && s.ending() {
		err = fmt.Errorf("%w: %w", ErrShutdown, err)
	}
	if err != nil && ctx.Err() == nil {
		p.Retire(err) // it is not going to be started
	}
	return p.Ref, err
}
