package actor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBecomeTakesEffectWithTheNextMessage(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		b := new(Behaviors[string])
		require.NoError(t, b.Receive(ctx, "ignored"))
		var closed, open Func[string]
		closed = func(_ context.Context, msg string) error {
			log.add("closed: " + msg)
			b.Become(open)
			return nil
		}
		open = func(_ context.Context, msg string) error {
			log.add("open: " + msg)
			b.Become(closed)
			return errBoom
		}
		b.Become(closed)
		require.NoError(t, b.Receive(ctx, "a"))
		require.ErrorIs(t, b.Receive(ctx, "b"), errBoom)
		require.NoError(t, b.Receive(ctx, "c"))
		assert.Equal(t, []string{"closed: a", "open: b", "closed: c"}, log.take())
	})
}

// lamp goes through its states by what it is told.
func lamp(log *probe, from time.Time) map[string]State[string, string] {
	to := func(state string) func(context.Context, string) (string, error) {
		return func(_ context.Context, msg string) (string, error) {
			log.add(state + ": " + msg + "@" + time.Since(from).String())
			switch msg {
			case "stay":
				return state, nil
			case "fail":
				return "off", errBoom
			case "break":
				return "broken", nil
			default:
				return msg, nil
			}
		}
	}
	return map[string]State[string, string]{
		"off": {Receive: to("off")},
		"on":  {Receive: to("on"), Timeout: time.Minute, OnTimeout: "dim"},
		"dim": {Receive: to("dim"), Timeout: time.Second, OnTimeout: "off"},
	}
}

func TestL9StateTimeoutsEndWithTheState(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		var machine *Machine[string, string]
		from := time.Now()
		p := New(Spec[string]{Name: "lamp", New: func(_ context.Context, self *Self[string]) (Actor[string], error) {
			machine = NewMachine(self, "off", lamp(&log, from))
			return machine, nil
		}})
		h := start(t, p)
		require.NoError(t, p.Send(ctx, "on"))
		pass(30 * time.Second)
		require.NoError(t, p.Send(ctx, "stay"))
		pass(time.Hour)
		assert.Equal(t, []string{"off: on@0s", "on: stay@30s", "on: dim@1m0s", "dim: off@1m1s"}, log.take())
		assert.Equal(t, "off", machine.State())

		from = from.Add(time.Since(from))
		require.NoError(t, p.Send(ctx, "on"))
		pass(59 * time.Second)
		require.NoError(t, p.Send(ctx, "off"))
		require.NoError(t, p.Send(ctx, "on")) // a new minute
		pass(59 * time.Second)
		assert.Equal(t, "on", machine.State())
		require.NoError(t, p.Send(ctx, "break"))
		require.NoError(t, p.Send(ctx, "ignored"))
		pass(time.Hour)
		assert.Equal(t, "broken", machine.State())
		assert.Len(t, log.take(), 4)
		p.Stop(time.Second)
		<-h.ended
		p.Retire(nil)
	})
}

func TestL9AStatesTimeoutBeginsAnewWhenItIsReset(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		var machine *Machine[string, string]
		from := time.Now()
		p := New(Spec[string]{Name: "lamp", New: func(_ context.Context, self *Self[string]) (Actor[string], error) {
			machine = NewMachine(self, "on", map[string]State[string, string]{
				"on": {Timeout: 20 * time.Minute, OnTimeout: "timeout", Receive: func(_ context.Context, msg string) (string, error) {
					log.add(msg + "@" + time.Since(from).String())
					switch msg {
					case "off":
						machine.ResetTimeout() // without effect, for that of the other state counts
						return "off", nil
					case "stay":
						machine.ResetTimeout()
					case "timeout":
						if time.Since(from) < time.Hour {
							machine.ResetTimeout()
						}
					}
					return "on", nil
				}},
			})
			return machine, nil
		}})
		h := start(t, p)
		pass(19 * time.Minute)
		require.NoError(t, p.Send(ctx, "stay"))
		pass(10 * time.Hour)
		assert.Equal(t, []string{"stay@19m0s", "timeout@39m0s", "timeout@59m0s", "timeout@1h19m0s"}, log.take())
		require.NoError(t, p.Send(ctx, "stay"))
		require.NoError(t, p.Send(ctx, "off"))
		pass(time.Hour)
		assert.Equal(t, []string{"stay@10h19m0s", "off@10h19m0s"}, log.take())
		p.Stop(time.Second)
		<-h.ended
		p.Retire(nil)
	})
}

func TestMachineBeginsAnewAfterAFailure(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log probe
		var machine *Machine[string, string]
		p := New(Spec[string]{Name: "lamp", New: func(_ context.Context, self *Self[string]) (Actor[string], error) {
			machine = NewMachine(self, "on", lamp(&log, time.Now()))
			return machine, nil
		}})
		h := start(t, p)
		require.NoError(t, p.Send(ctx, "dim"))
		require.NoError(t, p.Send(ctx, "fail"))
		require.ErrorIs(t, (<-h.ended).Err, errBoom)
		assert.Equal(t, "dim", machine.State(), "a failure changes nothing")
		again(t, p, h)
		synctest.Wait()
		assert.Equal(t, "on", machine.State())
		p.Stop(time.Second)
		<-h.ended
		p.Retire(nil)
	})
}
