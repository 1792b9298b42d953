package actor

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/mailbox"
)

func TestSpecNamesEveryWrongField(t *testing.T) {
	var none *Process[do]
	for name, test := range map[string]struct {
		change func(*Spec[do])
		want   []string
	}{
		"right":           {func(*Spec[do]) {}, nil},
		"longest name":    {func(s *Spec[do]) { s.Name = strings.Repeat("x", maxName) }, nil},
		"no name":         {func(s *Spec[do]) { s.Name = "" }, []string{"Name: is empty"}},
		"slash":           {func(s *Spec[do]) { s.Name = "a/b" }, []string{"Name: contains a slash"}},
		"control":         {func(s *Spec[do]) { s.Name = "a\nb" }, []string{"Name: contains a control character"}},
		"long name":       {func(s *Spec[do]) { s.Name = strings.Repeat("é", maxName) }, []string{"Name: is longer than 255 bytes", "é…"}},
		"type":            {func(s *Spec[do]) { s.Type = "a/b" }, []string{"Type: contains a slash"}},
		"longest names":   {func(s *Spec[do]) { s.Registered, s.Type = strings.Repeat("x", maxName), strings.Repeat("x", maxName) }, nil},
		"registered":      {func(s *Spec[do]) { s.Registered = strings.Repeat("x", maxName+1) }, []string{"Registered: is longer"}},
		"mailbox":         {func(s *Spec[do]) { s.Mailbox.Capacity = -1 }, []string{"Mailbox: ", "Capacity: -1 is negative"}},
		"named longest":   {func(s *Spec[do]) { s.Name, s.HookTimeout = strings.Repeat("x", maxName), -1 }, []string{`"` + strings.Repeat("x", maxName) + `"`}},
		"hook timeout":    {func(s *Spec[do]) { s.HookTimeout = -1 }, []string{"HookTimeout: is negative: -1ns"}},
		"owns":            {func(s *Spec[do]) { s.Owns = []Child{doer("x"), none} }, []string{"Owns[1]: "}},
		"invalid":         {func(s *Spec[do]) { s.Invalid = errBoom }, []string{"boom"}},
		"several at once": {func(s *Spec[do]) { *s = Spec[do]{Mailbox: mailbox.Config{Overflow: 9}} }, []string{"Name: ", "New: is nil", "Overflow"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := doer("p", test.change)
			err := p.Validate()
			if test.want == nil {
				assert.NoError(t, err)
				return
			}
			for _, part := range test.want {
				assert.ErrorContains(t, err, part)
			}
			if name != "invalid" {
				assert.ErrorIs(t, err, ErrInvalidSpec)
				assert.ErrorIs(t, err, ErrFatal)
				var field *FieldError
				require.ErrorAs(t, err, &field)
				assert.NotEmpty(t, field.Field)
			}
		})
	}
}

// A wrong declaration harms nobody, whatever is done with it.
func TestR18WrongSpecNeverStartsAndNeverPanics(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("not/valid", withCapacity(-3))
		h := newHost()
		p.Start(ctx, h)
		require.ErrorIs(t, <-h.started, ErrInvalidSpec)
		require.ErrorIs(t, p.Send(ctx, nothing), ErrInvalidSpec)
		require.ErrorIs(t, p.TrySend(nothing), ErrInvalidSpec)
		_, err := call(ctx, p, func(context.Context) int { return 1 })
		require.ErrorIs(t, err, ErrInvalidSpec)
		p.Stop(0)
		p.Drain(0)
		assert.EqualValues(t, 3, p.Info().Rejected)
		p.Retire(nil)
		<-p.Done()
		p.Start(ctx, h)
		require.ErrorIs(t, <-h.started, ErrInvalidSpec)
		synctest.Wait()
		assert.Empty(t, h.ended)
	})
}

type pointerActor struct{ plain }

// around stands around another actor.
type around struct {
	plain
	inner Actor[do]
}

func (a around) Unwrap() Actor[do] { return a.inner }

// stubborn does not say what it stands around.
type stubborn struct{ plain }

func (stubborn) Unwrap() Actor[do] { panic("no") }

// What cannot say what it stands around has not started.
func TestUnwrapMayPanic(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		p := doer("a", withNew(func(context.Context, *Self[do]) (Actor[do], error) { return stubborn{}, nil }))
		h := newHost()
		p.Start(ctx, h)
		var panicked *PanicError
		assert.ErrorAs(t, <-h.started, &panicked)
	})
}

func TestTypeNames(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		for want, p := range map[string]*Process[do]{
			"plain":        doer("a"),
			"pointerActor": doer("b", withNew(func(context.Context, *Self[do]) (Actor[do], error) { return &pointerActor{}, nil })),
			"do": doer("c", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
				return Func[do](func(context.Context, do) error { return nil }), nil
			})),
			"around": doer("f", withNew(func(context.Context, *Self[do]) (Actor[do], error) { return around{}, nil })),
			"hooked": doer("g", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
				return around{inner: &around{inner: hooked{}}}, nil
			})),
			"generic": doer("h", withNew(func(context.Context, *Self[do]) (Actor[do], error) {
				return &generic[map[string]do]{}, nil
			})),
			"Declared": doer("d", func(s *Spec[do]) { s.Type = "Declared" }),
		} {
			h := start(t, p)
			assert.Equal(t, want, p.Type())
			assert.Equal(t, want, p.Info().Type)
			end(p, h)
		}
		anonymous := New(Spec[struct{}]{Name: "e", New: Make(func() Func[struct{}] { return func(context.Context, struct{}) error { return nil } })})
		h := start(t, anonymous)
		assert.Equal(t, "Actor", anonymous.Type())
		anonymous.Stop(0)
		<-h.ended
	})
	assert.Equal(t, "do", messageName(do(nothing)))
	assert.Equal(t, "numbered", messageName(&numbered{}))
	assert.Equal(t, "struct {}", messageName(struct{}{}))
	assert.Empty(t, messageName[error](nil))
	assert.True(t, isNil[do](nil))
	assert.False(t, isNil[do](plain{}))
}

// generic is an actor of a generic type.
type generic[T any] struct{ plain }

func TestMakeWith(t *testing.T) {
	bubble(t, func(t *testing.T, _ context.Context) {
		var got *Self[do]
		p := doer("p", withNew(MakeWith(func(self *Self[do]) plain {
			got = self
			return plain{}
		})))
		h := start(t, p)
		assert.Equal(t, p.Ref, got.Ref())
		end(p, h)
	})
}
