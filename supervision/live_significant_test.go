package supervision_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// SC-01: what cannot be significant is refused, at construction and at run time.
func TestR13IllegalCombinations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			auto    supervision.AutoShutdown
			restart supervision.Restart
			declare func(supervision.Spec) *actor.Process[supervision.Message]
			why     string // it is not legal
		}{
			{supervision.Never, supervision.Transient, supervision.New, "the supervisor's AutoShutdown is never"},
			{supervision.AnySignificant, supervision.Permanent, supervision.New, "the child is permanent: it does not end by itself"},
			{supervision.AllSignificant, 0, supervision.New, "the child is permanent: it does not end by itself"}, // by default
			{supervision.Never, supervision.Temporary, supervision.NewDynamic, "a dynamic supervisor has no significant children"},
			{supervision.AnySignificant, supervision.Transient, supervision.New, ""},
			{supervision.AllSignificant, supervision.Temporary, supervision.New, ""},
		} {
			significant := supervision.Child{Process: liveNew("a"), Restart: c.restart, Significant: true}
			spec := supervision.Spec{Name: "sup", AutoShutdown: c.auto}
			sup := liveStart(t, c.declare(spec))
			added := supervision.StartChild(context.Background(), sup.Ref, significant)
			sup.stop()
			significant.Process = liveNew("a")
			spec.Children = []supervision.Child{significant}
			declared := c.declare(spec).Validate()
			if c.why == "" {
				assert.NoError(t, added, "%v, %v", c.auto, c.restart)
				assert.NoError(t, declared, "%v, %v", c.auto, c.restart)
				continue
			}
			for field, err := range map[string]error{"Significant": added, "Children[0].Significant": declared} {
				wrong, ok := errors.AsType[*supervision.SpecError](err)
				require.True(t, ok, "%v, %v: %v", c.auto, c.restart, err)
				assert.Equal(t, field, wrong.Field)
				assert.EqualError(t, wrong.Err, c.why)
			}
		}
		err := supervision.NewDynamic(supervision.Spec{Name: "sup", AutoShutdown: supervision.AllSignificant}).Validate()
		assert.ErrorContains(t, err, "AutoShutdown")
	})
}

// A significant child ends while its supervisor is being started, and the child
// after it chooses not to run: the supervisor has started, and is over at once.
// It looks at the end when the start is over, so that this has not failed.
func TestR13OverWithItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := func() *actor.Process[supervision.Message] {
			first, second := liveNew("first"), liveSpec("second")
			second.New = func(ctx context.Context, _ *actor.Self[liveDo]) (actor.Actor[liveDo], error) {
				if err := first.Send(ctx, func(context.Context) error { return actor.ErrStop }); err != nil {
					return nil, err
				}
				<-first.Done()
				return nil, actor.ErrIgnore
			}
			return supervision.New(supervision.Spec{
				Name: "sup", AutoShutdown: supervision.AnySignificant,
				Children: []supervision.Child{
					{Process: first, Restart: supervision.Temporary, Significant: true},
					{Process: actor.New(second)},
				},
			})
		}
		alone := liveStart(t, begin())
		exit := <-alone.ended
		assert.Equal(t, actor.Shutdown, exit.Kind)
		assert.NoError(t, exit.Err)
		alone.Retire(exit.Err)

		top := liveStart(t, supervision.New(supervision.Spec{
			Name: "top", Children: []supervision.Child{{Process: begin(), Restart: supervision.Transient}},
		}))
		synctest.Wait()
		assert.Equal(t, supervision.StateStopped, top.state(t, "sup"))
		top.stop()
	})
}

// SC-07: an auto-shutdown is an orderly end, and a significant supervisor's takes
// the one above along.
func TestR13OneAboveTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, significant := range []bool{true, false} {
			leaf := liveNew("leaf")
			mid := supervision.New(supervision.Spec{
				Name: "mid", AutoShutdown: supervision.AnySignificant,
				Children: []supervision.Child{{Process: leaf, Restart: supervision.Transient, Significant: true}},
			})
			top := liveStart(t, supervision.New(supervision.Spec{
				Name: "top", AutoShutdown: supervision.AnySignificant,
				Children: []supervision.Child{{Process: mid, Restart: supervision.Transient, Significant: significant}},
			}))
			require.NoError(t, leaf.Send(context.Background(), func(context.Context) error { return actor.ErrStop }))
			if !significant {
				synctest.Wait()
				assert.Equal(t, supervision.StateStopped, top.state(t, "mid"))
				top.stop()
				continue
			}
			exit := <-top.ended
			assert.Equal(t, actor.Shutdown, exit.Kind)
			assert.NoError(t, exit.Err)
			top.Retire(exit.Err)
		}
	})
}
