package system_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// TestConfigInvalid changes one field of a good Config at a time (R18). Start
// names the field, and nothing has been started.
func TestConfigInvalid(t *testing.T) {
	twice := kitNew("twice", nil)
	var none *actor.Process[kitDo]
	cases := []struct {
		name   string
		change func(*system.Config)
		want   string
	}{
		{"no name", func(c *system.Config) { c.Name = "" }, "Name: is empty"},
		{"slash", func(c *system.Config) { c.Name = "a/b" }, "Name: contains a slash"},
		{"control character", func(c *system.Config) { c.Name = "a\n" }, "Name: contains a control character"},
		{"bad UTF-8", func(c *system.Config) { c.Name = "a\xff" }, "is not valid UTF-8"},
		{"long name", func(c *system.Config) { c.Name = strings.Repeat("a", 256) }, "Name: is longer than 255 bytes"},
		{"other name", func(c *system.Config) { c.Root.Name = "other" }, `Root.Name: "other" is not the system's name`},
		{"name for spawned", func(c *system.Config) { c.Spawned.Name = "x" }, "Spawned.Name: is set"},
		{"children for spawned", func(c *system.Config) { c.Spawned.Children = kitChildren(kitNew("c", nil)) }, "Spawned.Children: are given"},
		{"timeout", func(c *system.Config) { c.ShutdownTimeout = -1 }, "ShutdownTimeout: is negative"},
		{"telemetry queue", func(c *system.Config) { c.TelemetryQueue = -1 }, "TelemetryQueue: is negative: -1"},
		{"incidents", func(c *system.Config) { c.IncidentsPerSecond = -1 }, "IncidentsPerSecond: is negative: -1"},

		{"no phase for the actors", func(c *system.Config) { c.Phases = []system.Phase{{Name: "a"}} }, `Phases: have no "actors"`},
		{"phase without a name", func(c *system.Config) { c.Phases = []system.Phase{{}} }, "Phases[0].Name: is empty"},
		{"name of a phase", func(c *system.Config) { c.Phases = []system.Phase{{Name: "a/b"}} }, "Phases[0].Name: contains a slash"},
		{"phase twice", func(c *system.Config) { c.Phases = []system.Phase{{Name: "a"}, {Name: "a"}} }, `Phases[1].Name: duplicate "a"`},
		{"phase's timeout", func(c *system.Config) { c.Phases = []system.Phase{{Name: "a", Timeout: -1}} }, "Phases[0].Timeout: is negative: -1ns"},
		{"tasks among the actors", func(c *system.Config) {
			c.Phases = []system.Phase{{Name: system.PhaseActors, Tasks: []system.Task{{Name: "t", Run: kitFail}}}}
		}, "Phases[0].Tasks: are given"},
		{"task without a name", func(c *system.Config) {
			c.Phases = []system.Phase{{Name: "a", Tasks: []system.Task{{Run: kitFail}}}}
		}, "Phases[0].Tasks[0].Name: is empty"},
		{"task without Run", func(c *system.Config) {
			c.Phases = []system.Phase{{Name: "a", Tasks: []system.Task{{Name: "t"}}}}
		}, "Phases[0].Tasks[0].Run: is nil"},
		{"task twice", func(c *system.Config) {
			c.Phases = []system.Phase{{Name: "a", Tasks: []system.Task{{Name: "t"}, {Name: "t"}}}}
		}, `Phases[0].Tasks[1].Name: duplicate "t"`},

		{"strategy", func(c *system.Config) { c.Root.Strategy = 9 }, "Strategy: unknown"},
		{"limit", func(c *system.Config) { c.Root.Limit = supervision.AtMost(-1, time.Second) }, "Limit: negative number of restarts"},
		{"window", func(c *system.Config) { c.Root.Limit = supervision.AtMost(1, 0) }, "Limit: window is not positive"},
		{"restart", func(c *system.Config) { c.Root.Defaults.Restart = 9 }, "Defaults.Restart: unknown"},
		{"shutdown", func(c *system.Config) { c.Root.Defaults.Shutdown = supervision.Graceful(0) }, "Defaults.Shutdown: time is not positive"},
		{"start timeout", func(c *system.Config) { c.Root.Defaults.StartTimeout = -1 }, "Defaults.StartTimeout: negative"},
		{"backoff base", func(c *system.Config) { c.Root.Defaults.Backoff = &supervision.Backoff{Base: -1} }, "Defaults.Backoff.Base: negative"},
		{"backoff max", func(c *system.Config) { c.Root.Defaults.Backoff = &supervision.Backoff{Max: -1} }, "Defaults.Backoff.Max: negative"},
		{"backoff range", func(c *system.Config) { c.Root.Defaults.Backoff = &supervision.Backoff{Base: 2, Max: 1} }, "Defaults.Backoff.Max: 1ns is less than Base"},
		{"jitter", func(c *system.Config) { c.Root.Defaults.Backoff = &supervision.Backoff{Jitter: math.NaN()} }, "Defaults.Backoff.Jitter"},
		{"reset", func(c *system.Config) { c.Root.Defaults.Backoff = &supervision.Backoff{ResetAfter: -1} }, "Defaults.Backoff.ResetAfter: negative"},

		{"nil child", func(c *system.Config) { c.Root.Children = kitChildren(nil) }, "Children[0].Process: is nil"},
		{"nil pointer", func(c *system.Config) { c.Root.Children = kitChildren(none) }, "Children[0].Process: is a nil"},
		{"same process", func(c *system.Config) {
			c.Root.Children = []supervision.Child{{Process: twice}, {ID: "other", Process: twice}}
		}, "Children[1].Process: the same process as Children[0]"},
		{"same id", func(c *system.Config) {
			c.Root.Children = kitChildren(kitNew("x", nil), kitNew("x", nil))
		}, `Children[1].ID: duplicate "x"`},
		{"child without a name", func(c *system.Config) { c.Root.Children = kitChildren(kitNew("", nil)) }, "Children[0].Process: name: empty"},
		{"child without New", func(c *system.Config) {
			c.Root.Children = kitChildren(actor.New(actor.Spec[kitDo]{Name: "x"}))
		}, `Children[0].Process: actor: invalid spec of "x": New: is nil`},
		{"child's mailbox", func(c *system.Config) {
			spec := kitSpec("x", nil)
			spec.Mailbox = mailbox.Config{Capacity: -1}
			c.Root.Children = kitChildren(actor.New(spec))
		}, `Children[0].Process: actor: invalid spec of "x": Mailbox: mailbox: invalid config: Capacity: -1 is negative`},
		{"child's restart", func(c *system.Config) { c.Root.Children[0].Restart = 9 }, "Children[0].Restart: unknown"},
		{"grandchild", func(c *system.Config) {
			c.Root.Children = kitChildren(supervision.New(supervision.Spec{
				Name: "sub", Children: []supervision.Child{{Process: kitNew("x", nil), StartTimeout: -1}},
			}))
		}, "Children[0].StartTimeout: negative"},

		{"strategy for spawned", func(c *system.Config) { c.Spawned.Strategy = supervision.OneForAll }, "Strategy: one_for_all"},
		{"limit for spawned", func(c *system.Config) { c.Spawned.Limit = supervision.AtMost(1, -1) }, "Limit: window is not positive"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var log kitLog
			cfg := kitConfig(kitNew("good", &log))
			c.change(&cfg)
			s, err := system.Start(context.Background(), cfg)
			assert.Nil(t, s)
			require.ErrorIs(t, err, system.ErrInvalidConfig)
			assert.ErrorContains(t, err, c.want)
			var field *system.ConfigError
			require.ErrorAs(t, err, &field)
			assert.NotEmpty(t, field.Field)
			assert.Empty(t, log.take())
			assert.Equal(t, err.Error(), cfg.Validate().Error())
		})
	}
}

// What is wrong is told all at once.
func TestConfigTellsAllFields(t *testing.T) {
	cfg := kitConfig(kitNew("x", nil), nil)
	cfg.Name, cfg.ShutdownTimeout = "", -1
	cfg.Spawned.Strategy = supervision.RestForOne
	err := cfg.Validate()
	assert.ErrorContains(t, err, "Name: is empty")
	assert.ErrorContains(t, err, "ShutdownTimeout: is negative")
	assert.ErrorContains(t, err, "Children[1].Process: is nil")
	assert.ErrorContains(t, err, "Strategy: rest_for_one")
	var spec *supervision.SpecError
	assert.ErrorAs(t, err, &spec)
	assert.Equal(t, 1, strings.Count(err.Error(), "empty"), "the name is told once: %v", err)
}

func TestConfigValid(t *testing.T) {
	cfg := system.Config{Name: "sys", Root: supervision.Spec{Name: "sys"}, ShutdownTimeout: actor.Forever}
	assert.NoError(t, cfg.Validate())
	s := kitStart(t, cfg)
	assert.Equal(t, "sys", s.Name())
	assert.Equal(t, "/sys", s.Root().Path())
	assert.Equal(t, "/sys.spawned", s.Spawned().Path())
	assert.False(t, s.ID().IsZero())
	assert.Zero(t, s.ID().Sequence())
	kitShut(t, s)
}
