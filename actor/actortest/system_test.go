package actortest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// systemOf declares a system with an actor registered by its name.
func systemOf(specs ...actor.Spec[Msg]) system.Config {
	var cfg system.Config
	for _, spec := range specs {
		spec.Registered = spec.Name
		cfg.Root.Children = append(cfg.Root.Children, supervision.Child{Process: actor.New(spec)})
	}
	return cfg
}

func lookup(t testing.TB, s *System, name string) actor.Ref[Msg] {
	t.Helper()
	ref, err := system.Lookup[Msg](s.ActorSystem, name)
	require.NoError(t, err)
	return ref
}
