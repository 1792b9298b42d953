package monitoring

import (
	"log"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
)

// bomb is a monitor that panics.
type bomb[E Event] struct{ Noop[E] }

func (bomb[E]) Record(E) { panic("bomb") }

func TestTeeFeedsAll(t *testing.T) {
	var a, b Memory[mark]
	m := Tee[mark](nil, &a, nil, &b)
	m.Record(mark{Info, 1})
	assert.Equal(t, []int{1}, numbers(a.Snapshot()))
	assert.Equal(t, []int{1}, numbers(b.Snapshot()))
	a.Record(mark{Info, 2})
	assert.Equal(t, []int{1, 2}, numbers(m.Snapshot()), "the first one's")
	m.Reset()
	assert.Empty(t, a.Snapshot().Recent)
	assert.Empty(t, b.Snapshot().Recent)
}

func TestTeeGoesOnAfterAPanic(t *testing.T) {
	var last Memory[mark]
	m := Tee[mark](bomb[mark]{}, bomb[mark]{}, &last)
	assert.PanicsWithValue(t, "bomb", func() { m.Record(mark{Info, 1}) })
	assert.Len(t, last.Snapshot().Recent, 1)
}

func TestTeeOfNothing(t *testing.T) {
	m := Tee[mark]()
	m.Record(mark{Info, 1})
	m.Reset()
	assert.Empty(t, m.Snapshot().Recent)
}

func TestSlogWritesEvents(t *testing.T) {
	var p page
	s := Slog[SupervisionEvent]{Logger: p.logger()}
	s.Record(SupervisionEvent{Kind: ChildFailed, Child: "till %d", Restarts: 2})
	s.Record(SupervisionEvent{Kind: Escalated, Child: "till"})
	assert.Equal(t, ""+
		"level=ERROR msg=\"child failed\" child=\"till %d\" restarts=2\n"+
		"level=ERROR+4 msg=escalated child=till\n", p.String())
	assert.EqualValues(t, 1, s.Snapshot().Counts.Of(Critical))
	assert.EqualValues(t, 2, s.Snapshot().Counts.Total())
	assert.Empty(t, s.Snapshot().Recent)
	s.Reset()
	assert.Zero(t, s.Snapshot().Counts.Total())
}

func TestSlogFilters(t *testing.T) {
	var p page
	s := Slog[ActorEvent]{Logger: p.logger(), Min: Error}
	s.Record(ActorEvent{Kind: Stopped})
	assert.Empty(t, p.String())
	quiet := Slog[ActorEvent]{Logger: slog.New(slog.DiscardHandler)}
	quiet.Record(ActorEvent{Kind: Stopped})
	assert.EqualValues(t, 1, quiet.Snapshot().Counts.Total())
}

// An event of a program's own type is written as well as it can be.
func TestSlogWritesForeignEvents(t *testing.T) {
	var p page
	s := Slog[mark]{Logger: p.logger()}
	s.Record(mark{Warning, 7})
	assert.Equal(t, "level=WARN msg=event event=\"{severity:4 number:7}\"\n", p.String())
}

func TestSlogDefault(t *testing.T) {
	var p page
	defer log.SetOutput(log.Writer()) // SetDefault changes these too
	defer log.SetFlags(log.Flags())
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(p.logger())
	new(Slog[SystemEvent]).Record(SystemEvent{Kind: SystemStarted, System: "shop"})
	assert.Equal(t, "level=INFO msg=\"system started\" system=shop\n", p.String())
}
