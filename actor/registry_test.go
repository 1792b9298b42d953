package actor

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/monitoring"
)

func registered(name string) func(*Spec[do]) {
	return func(s *Spec[do]) { s.Registered = name }
}

func TestNameIsRegisteredFromTheFirstStartUntilTheAddressEnds(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		events := monitoring.Memory[monitoring.SystemEvent]{Min: monitoring.Trace}
		telemetry, err := monitoring.NewTelemetry(monitoring.TelemetryConfig{Monitors: monitoring.Monitors{System: &events}})
		require.NoError(t, err)
		rt := NewRuntime(monitoring.NewIDs(), telemetry)
		p := doer("p", registered("name"))
		_, err = Lookup[do](rt, "name")
		require.ErrorIs(t, err, ErrNotFound)
		h := newHost()
		for range 2 {
			for range 2 { // over a restart
				p.Start(rt.Context(ctx), h)
				require.NoError(t, <-h.started)
				ref, err := Lookup[do](rt, "name")
				require.NoError(t, err)
				assert.Equal(t, p.Ref, ref)
				p.Stop(0)
				<-h.ended
				_, err = Lookup[do](rt, "name")
				require.NoError(t, err)
			}
			p.Retire(nil)
			<-p.Done()
			_, err = Lookup[do](rt, "name")
			require.ErrorIs(t, err, ErrNotFound)
		}
		require.NoError(t, telemetry.Close(ctx))
		var kinds []monitoring.SystemKind
		for _, e := range events.Snapshot().Recent {
			assert.Equal(t, "name", e.Name)
			kinds = append(kinds, e.Kind)
		}
		const in, out = monitoring.ActorRegistered, monitoring.ActorDeregistered
		assert.Equal(t, []monitoring.SystemKind{in, out, in, out}, kinds)
	})
}

func TestNameIsTaken(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		p, q := doer("p", registered("name")), doer("q", registered("name"))
		h := newHost()
		p.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		q.Start(rt.Context(ctx), h)
		err := <-h.started
		require.ErrorIs(t, err, ErrNameTaken)
		var taken *NameTakenError
		require.ErrorAs(t, err, &taken)
		assert.Equal(t, Child(p), taken.By)
		assert.EqualError(t, err, `actor: name "name" is taken by /p`)
		q.Retire(nil)
		<-q.Done()
		ref, err := Lookup[do](rt, "name")
		require.NoError(t, err)
		assert.Equal(t, p.Ref, ref, "whose name it is keeps it")
		end(p, h)
		q.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		end(q, h)
	})
}

func TestLookupOfAnotherMessageType(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		rt := NewRuntime(monitoring.NewIDs(), nil)
		p := doer("p", registered("name"))
		h := newHost()
		p.Start(rt.Context(ctx), h)
		require.NoError(t, <-h.started)
		_, err := Lookup[error](rt, "name")
		var wrong *MessageTypeError
		require.ErrorAs(t, err, &wrong)
		assert.EqualError(t, err, `actor: "name" (/p) does not take messages of type error`)
		end(p, h)
		assert.Equal(t, "actor#1", rt.NextName())
		assert.Equal(t, "actor#2", rt.NextName())
	})
}

func TestRegistryUnderStress(t *testing.T) {
	rt := NewRuntime(monitoring.NewIDs(), nil)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 100 {
				p := doer(strconv.Itoa(w), registered(strconv.Itoa(i%3)))
				h := newHost()
				p.Start(rt.Context(context.Background()), h)
				err := <-h.started
				if err == nil {
					_, err := Lookup[do](rt, strconv.Itoa(i%3))
					assert.NoError(t, err)
					end(p, h)
					continue
				}
				assert.ErrorIs(t, err, ErrNameTaken)
				p.Retire(nil)
				<-p.Done()
			}
		})
	}
	wg.Wait()
	assert.Empty(t, rt.registry.names)
}
