package supervision

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
)

// named is a process that does nothing.
type named struct{ name string }

func (n *named) Name() string                    { return n.name }
func (*named) Start(context.Context, actor.Host) {}
func (*named) Stop(time.Duration)                {}
func (*named) Type() string                      { return "Named" }

// checked is one that says what is wrong with it.
type checked struct {
	named
	err error
}

func (c *checked) Validate() error {
	if c.err == nil {
		panic("no idea")
	}
	return c.err
}

// rude cannot even tell its name.
type rude struct{ named }

func (*rude) Name() string { panic("mind your own business") }

// shapeless cannot be compared.
type shapeless []string

func (shapeless) Name() string                      { return "shapeless" }
func (shapeless) Start(context.Context, actor.Host) {}
func (shapeless) Stop(time.Duration)                {}

// fun is nil although its interface is not.
type fun func()

func (fun) Name() string                      { return "fun" }
func (fun) Start(context.Context, actor.Host) {}
func (fun) Stop(time.Duration)                {}

func valid() Spec {
	return Spec{Name: "top", Children: []Child{
		{Process: &named{"a"}}, {Process: &named{"b"}, ID: "other"},
	}}
}

// faults is every way in which one field can be wrong, by the place that the
// error must name.
func faults() map[string][]func(*Spec) {
	names := func(set func(*Spec, string)) (all []func(*Spec)) {
		for _, bad := range []string{"/", "a/b", "a\nb", "\x00", "\x7f", "\xff", strings.Repeat("x", 256)} {
			all = append(all, func(s *Spec) { set(s, bad) })
		}
		return all
	}
	first := func(set func(*Child)) func(*Spec) { return func(s *Spec) { set(&s.Children[0]) } }
	process := func(p actor.Child) func(*Spec) { return first(func(c *Child) { c.Process = p }) }
	f := map[string][]func(*Spec){
		"Name":     append(names(func(s *Spec, n string) { s.Name = n }), func(s *Spec) { s.Name = "" }),
		"Strategy": {func(s *Spec) { s.Strategy = 3 }, func(s *Spec) { s.Strategy = 255 }},
		"Limit": {
			func(s *Spec) { s.Limit = AtMost(-1, time.Second) },
			func(s *Spec) { s.Limit = AtMost(1, 0) },
			func(s *Spec) { s.Limit = AtMost(1, -1) },
			func(s *Spec) { s.Limit = AtMost(math.MinInt, 1) },
			func(s *Spec) { s.Limit = AtMost(0, math.MinInt64) },
		},
		"Children[0].ID": names(func(s *Spec, n string) { s.Children[0].ID = n }),
		"Children[1].ID": {
			func(s *Spec) { s.Children[1].ID = "a" },
			func(s *Spec) { s.Children[0].ID = "other" },
		},
		"Children[1].Process": {func(s *Spec) { s.Children[1].Process = s.Children[0].Process }},
		"Children[0].Process": append(names(func(s *Spec, n string) { s.Children[0].Process = &named{n} }),
			process(&named{}), process(nil), process((*named)(nil)), process((*checked)(nil)), process(fun(nil)),
			process(new(rude)), process(shapeless{"x"}), process(shapeless(nil)),
			process(&checked{named{"a"}, nil}), process(&checked{named{"a"}, errors.New("wrong")}),
		),
	}
	for at, policies := range map[string]func(*Spec, func(*Defaults)){
		"Defaults.": func(s *Spec, set func(*Defaults)) { set(&s.Defaults) },
		"Children[0].": func(s *Spec, set func(*Defaults)) {
			var d Defaults
			set(&d)
			c := &s.Children[0]
			c.Restart, c.Shutdown, c.StartTimeout, c.Backoff = d.Restart, d.Shutdown, d.StartTimeout, d.Backoff
		},
	} {
		bad := func(field string, set func(*Defaults)) {
			f[at+field] = append(f[at+field], func(s *Spec) { policies(s, set) })
		}
		bad("Restart", func(d *Defaults) { d.Restart = 4 })
		bad("Restart", func(d *Defaults) { d.Restart = 255 })
		for _, sd := range []Shutdown{Graceful(0), Graceful(-1), Graceful(math.MinInt64), -2, math.MinInt64} {
			bad("Shutdown", func(d *Defaults) { d.Shutdown = sd })
		}
		for _, t := range []time.Duration{-1, math.MinInt64} {
			bad("StartTimeout", func(d *Defaults) { d.StartTimeout = t })
			bad("Backoff.Base", func(d *Defaults) { d.Backoff = &Backoff{Base: t} })
			bad("Backoff.Max", func(d *Defaults) { d.Backoff = &Backoff{Max: t} })
			bad("Backoff.ResetAfter", func(d *Defaults) { d.Backoff = &Backoff{ResetAfter: t} })
		}
		for _, b := range []Backoff{{Base: 2, Max: 1}, {Base: time.Hour}, {Max: 1}, {Base: math.MaxInt64, Max: 1}} {
			bad("Backoff.Max", func(d *Defaults) { d.Backoff = &b })
		}
		for _, j := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1), math.Inf(-1)} {
			bad("Backoff.Jitter", func(d *Defaults) { d.Backoff = &Backoff{Jitter: j} })
		}
	}
	return f
}

// Every fault, and every pair of faults in different fields, is refused with an
// error for each field by its name.
func TestValidateNamesEveryWrongField(t *testing.T) {
	require.NoError(t, valid().Validate())
	all := faults()
	for field, ways := range all {
		for i, spoil := range ways {
			s := valid()
			spoil(&s)
			err := s.Validate()
			assert.ErrorIs(t, err, ErrInvalidSpec, "%s, %d", field, i)
			assert.ErrorIs(t, err, actor.ErrFatal)
			assert.Equal(t, []string{field}, fields(err), "%s, %d: %v", field, i, err)
			for other, more := range all {
				if strings.HasPrefix(field, "Children") || strings.HasPrefix(other, "Children") || field == other ||
					strings.Contains(field, "Backoff") && strings.Contains(other, "Backoff") {
					continue // one undoes the other
				}
				s := valid()
				spoil(&s)
				more[0](&s)
				assert.ElementsMatch(t, []string{field, other}, fields(s.Validate()))
			}
		}
	}
}

// fields are the fields that an error names.
func fields(err error) (all []string) {
	for _, err := range split(err) {
		if e, ok := errors.AsType[*SpecError](err); ok && strings.Contains(err.Error(), e.Field) {
			all = append(all, e.Field)
		}
	}
	return all
}

func TestValidateBelow(t *testing.T) {
	below := Spec{Name: "mid", Children: []Child{{Process: &named{"x"}}, {Process: &named{"x"}}}, Strategy: 7}
	s := valid()
	s.Children[0].Process = &checked{named{"mid"}, below.Validate()}
	err := s.Validate()
	assert.Equal(t, []string{"Strategy", "Children[1].ID"}, fields(err))
	e, ok := errors.AsType[*SpecError](err)
	require.True(t, ok)
	assert.Equal(t, "top/mid", e.Supervisor)
	assert.ErrorContains(t, err, `supervision: invalid spec "top/mid": Children[1].ID: duplicate "x", as Children[0]`)
}

// A name may have 255 bytes.
// What a package that builds on this one has found is told with the rest.
func TestValidateTellsWhatWasFoundBefore(t *testing.T) {
	boom := errors.New("boom")
	err := New(Spec{Name: "a", Invalid: boom, Strategy: 99}).Validate()
	require.ErrorIs(t, err, boom)
	require.ErrorIs(t, err, ErrInvalidSpec)
	require.ErrorIs(t, New(Spec{Name: "a", Invalid: boom}).Validate(), boom)
}

func TestValidateLongNames(t *testing.T) {
	s := valid()
	s.Name = strings.Repeat("x", 255)
	assert.NoError(t, s.Validate())
}

// A field is told wrong once, however many others it does not go with.
func TestValidateTellsAFieldOnce(t *testing.T) {
	for field, s := range map[string]Spec{
		"Strategy":    {Name: "top", Strategy: 9},
		"MaxChildren": {Name: "top", MaxChildren: -1},
	} {
		assert.Equal(t, []string{field}, fields(s.validate(true)))
	}
	assert.Equal(t, []string{"MaxChildren"}, fields(Spec{Name: "top", MaxChildren: 1}.Validate()))
}

// An error says where: in which supervisor, of which child, and in which field.
func TestValidateTellsThePlace(t *testing.T) {
	s := valid()
	s.Children[1].Restart = 9
	wrong, ok := errors.AsType[*SpecError](s.Validate())
	require.True(t, ok)
	assert.Equal(t, &SpecError{"top", "other", "Children[1].Restart", wrong.Err}, wrong)
	wrong, ok = errors.AsType[*SpecError](s.accepts(s.Children[1], false))
	require.True(t, ok)
	assert.Equal(t, &SpecError{"top", "other", "Restart", wrong.Err}, wrong)
}

// A supervisor that is declared wrong says what its spec says, and no more.
func TestValidateADeclaration(t *testing.T) {
	s := Spec{Name: "top", Children: []Child{{}}}
	assert.Equal(t, []string{"Children[0].Process"}, fields(s.Validate()))
	assert.EqualError(t, New(s).Validate(), s.Validate().Error())
}

func TestValidateChild(t *testing.T) {
	top := Spec{Name: "top"}
	assert.NoError(t, top.accepts(Child{Process: &named{"a"}}, false))
	err := top.accepts(Child{Process: (*named)(nil), Restart: 9}, false)
	assert.Equal(t, []string{"Process", "Restart"}, fields(err))
	assert.Equal(t, []string{"ID"}, fields(top.accepts(Child{Process: &named{"a"}, ID: "/"}, false)))
}

// What Validate accepts resolves to policies without zero values (R17).
func TestPlanDefaults(t *testing.T) {
	never := func(actor.Child) bool { return false }
	p := newPlan(valid(), "sys/top", never, nil)
	assert.Equal(t, Limit{}, p.limit)
	a, b := p.children[0], p.children[1]
	assert.Equal(t, "a", a.id)
	assert.Equal(t, "Named", a.typ)
	assert.Equal(t, "other", b.id)
	assert.Equal(t, "b", b.name)
	assert.Equal(t, Permanent, a.restart)
	assert.Equal(t, Graceful(5*time.Second), a.shutdown)
	assert.Equal(t, 30*time.Second, a.startTimeout)
	assert.Nil(t, a.backoff)

	s := valid()
	s.Defaults = Defaults{Restart: Transient, Shutdown: Immediate, StartTimeout: time.Second, Backoff: &Backoff{}}
	s.Children[1].Restart, s.Children[1].Shutdown = Temporary, Infinity
	s.Children[1].StartTimeout, s.Children[1].Backoff = actor.Forever, &Backoff{Base: 1}
	p = newPlan(s, "sys/top", never, nil)
	a, b = p.children[0], p.children[1]
	assert.Equal(t, []any{Transient, Immediate, time.Second, s.Defaults.Backoff},
		[]any{a.restart, a.shutdown, a.startTimeout, a.backoff})
	assert.Equal(t, []any{Temporary, Infinity, actor.Forever, s.Children[1].Backoff},
		[]any{b.restart, b.shutdown, b.startTimeout, b.backoff})

	sup := s.Children[0].plan(s.Defaults, true)
	assert.Equal(t, Immediate, sup.shutdown, "shared defaults are meant for supervisors too")
	assert.Equal(t, time.Second, sup.startTimeout)
	sup = valid().Children[1].plan(Defaults{}, true)
	assert.Equal(t, actor.Forever, sup.startTimeout)
	assert.Equal(t, Infinity, sup.shutdown)
}
