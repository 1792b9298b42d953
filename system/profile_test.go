package system_test

import (
	"bytes"
	"context"
	"runtime/pprof"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

func TestProfileLabels(t *testing.T) {
	clerk := actor.New(actor.Spec[actor.Reply[string]]{
		Name: "clerk", Type: "Clerk",
		New: actor.Make(func() actor.Func[actor.Reply[string]] {
			return func(_ context.Context, r actor.Reply[string]) error {
				var profile bytes.Buffer
				err := pprof.Lookup("goroutine").WriteTo(&profile, 1)
				r.Send(profile.String())
				return err
			}
		}),
	})
	sys, err := system.Start(t.Context(), system.Config{
		Name: "office", ProfileLabels: true,
		Root: supervision.Spec{Children: []supervision.Child{{Process: clerk}}},
	})
	require.NoError(t, err)
	profile, err := actor.Ask(t.Context(), clerk.Ref, func(r actor.Reply[string]) actor.Reply[string] { return r })
	require.NoError(t, err)
	assert.Contains(t, profile, `labels: {"actor.type":"Clerk"}`)
	require.NoError(t, sys.Shutdown(context.Background()))
}
