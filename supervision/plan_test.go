package supervision

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
)

// bare is a child that can do no more than it must.
type bare struct{ name string }

func (b *bare) Name() string                    { return b.name }
func (*bare) Start(context.Context, actor.Host) {}
func (*bare) Stop(time.Duration)                {}

// open is one that can be asked how it fares.
type open struct{ bare }

func (*open) Check(_ context.Context, report func(actor.Health)) { report(actor.Healthy) }

// Each policy is the child's own, else the supervisor's default, else none (R17).
func TestPlanOverrides(t *testing.T) {
	ask := func(context.Context) actor.Health { return actor.Failed("no") }
	shared, own := []Rule{When(ErrRunning).Stop()}, []Rule{When(ErrRunning).Resume()}
	s := Spec{
		Name: "top", StrictOTP: true, AutoShutdown: AllSignificant, Limit: AtMost(0, 1),
		Defaults: Defaults{
			Restart: Transient, StartRetries: 2, Decider: shared,
			Health: &HealthCheck{Interval: time.Minute},
		},
		Children: []Child{
			{Process: &open{bare{"inherits"}}},
			{
				Process: &open{bare{"own"}}, StartRetries: 5, Decider: own, Limit: AtMost(1, 2), Significant: true,
				Health: &HealthCheck{Timeout: time.Second, Threshold: 9, Check: ask},
			},
			{Process: &bare{"none"}, Decider: []Rule{}, KeepChildren: true},
			{Process: FromFunc("func", func(context.Context) error { return nil })},
			{Process: New(Spec{Name: "below"})},
		},
	}
	require.NoError(t, s.Validate())
	p := newPlan(s, "sys/top", isSupervisor, func() float64 { return 0.5 })
	assert.Equal(t, []any{"top", "sys/top", 0.5}, []any{p.name, p.path, p.chance()})
	assert.Equal(t, []any{true, AllSignificant, AtMost(0, 1), 0}, []any{p.strict, p.auto, p.limit, p.most})

	inherits, its, none, worker, below := p.children[0], p.children[1], p.children[2], p.children[3], p.children[4]
	assert.Equal(t, 2, inherits.startRetries)
	assert.Equal(t, shared, inherits.rules)
	assert.Equal(t, &HealthCheck{Interval: time.Minute, Timeout: 5 * time.Second, Threshold: 3}, inherits.health)
	assert.Same(t, s.Children[0].Process, inherits.checker, "it is asked itself")
	assert.Equal(t, Limit{}, inherits.limit)
	assert.False(t, inherits.significant || inherits.keepChildren)
	assert.True(t, inherits.resumable)
	assert.Empty(t, inherits.typ)

	assert.Equal(t, 5, its.startRetries)
	assert.Equal(t, own, its.rules)
	assert.Equal(t, AtMost(1, 2), its.limit)
	assert.True(t, its.significant)
	assert.Equal(t, 30*time.Second, its.health.Interval, "not the supervisor's: a check is inherited as a whole")
	assert.Equal(t, []any{time.Second, 9}, []any{its.health.Timeout, its.health.Threshold})
	assert.IsType(t, &examiner{}, its.checker, "the spec says whom to ask")

	assert.Empty(t, none.rules, "an empty slice has no rules")
	assert.NotNil(t, none.rules)
	assert.Nil(t, none.checker, "it cannot be asked")
	assert.NotNil(t, none.health)
	assert.True(t, none.keepChildren)

	assert.Equal(t, s.Children[3].Process, worker.checker)
	assert.False(t, worker.resumable)
	assert.True(t, below.supervisor)
	assert.False(t, below.resumable)

	assert.Equal(t, 4, newPlan(Spec{Name: "top", MaxChildren: 4}, "", isSupervisor, nil).most)
	unchecked := Child{Process: &open{bare{"x"}}}.plan(Defaults{}, false)
	assert.Nil(t, unchecked.health)
	assert.Nil(t, unchecked.checker)
}

func TestHealthCheckDefaults(t *testing.T) {
	assert.Nil(t, (*HealthCheck)(nil).resolved())
	zero := &HealthCheck{}
	assert.Equal(t, &HealthCheck{Interval: 30 * time.Second, Timeout: 5 * time.Second, Threshold: 3}, zero.resolved())
	assert.Equal(t, &HealthCheck{}, zero, "the spec is not written to")
	all := &HealthCheck{Interval: 1, Timeout: 2, Threshold: 3}
	assert.Equal(t, all, all.resolved())
}
