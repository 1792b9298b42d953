package actortest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
)

// A difference is told by the place where it is.
func TestCompare(t *testing.T) {
	told := func(got, want any) string {
		_, lines, _ := strings.Cut(compare(got, want), "\n\twant: ")
		_, lines, _ = strings.Cut(lines, "\n")
		assert.False(t, equal(got, want))
		assert.True(t, equal(got, got))
		assert.True(t, equal(want, want))
		return lines
	}
	assert.Empty(t, told(1, 2), "what is shown is enough")
	assert.Empty(t, told(Inc{1}, Leave{}))
	assert.Empty(t, told(nil, Leave{}))
	assert.Empty(t, told([]int{}, []int(nil)))
	assert.Equal(t, "	at .X: got 1, want 2\n	at .y: got 3, want 4", told(point{X: 1, y: 3}, point{X: 2, y: 4}))
	assert.Equal(t, "	at .next.X: got 1, want 2", told(&point{next: &point{X: 1}}, &point{next: &point{X: 2}}))
	assert.Equal(t, "	at .next: got nil, want &{X:1, y:0, next:nil, Tags:nil, by:nil, any:nil, err:nil}",
		told(point{}, point{next: &point{X: 1}}))
	assert.Equal(t, "	at the length of .Tags: got 2, want 1\n	at .Tags[0]: got \"a\", want \"c\"",
		told(point{Tags: []string{"a", "b"}}, point{Tags: []string{"c"}}))
	assert.Equal(t, "	at the length of the whole: got 1, want 0", told([]int{1}, []int{}))
	assert.Equal(t, "	at .by[\"a\"]: got 1, want 2\n	at .by[\"b\"]: got 1, want nil\n	at .by[\"c\"]: got nil, want 3",
		told(point{by: map[string]int{"a": 1, "b": 1}}, point{by: map[string]int{"a": 2, "c": 3}}))
	assert.Equal(t, "	at .any: got int(1), want \"1\"", told(point{any: 1}, point{any: "1"}))
	assert.Equal(t, "	at .any: got nil, want int(1)", told(point{}, point{any: 1}))
	assert.Equal(t, "	at .err.s: got \"boom\", want \"bang\"", told(point{err: errBoom}, point{err: errors.New("bang")}))
	assert.Equal(t, "	at .Err: got *errors.errorString(\"boom\"), want actortest.boom(\"boom\")", told(Crash{errBoom}, Crash{boom{}}))

	many := strings.Split(told(make([]int, 12), []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), "\n")
	assert.Len(t, many, maxListed+1)
	assert.Equal(t, "	… 2 more differences", many[maxListed])
}

func TestEqual(t *testing.T) {
	ring := func() *point {
		p := &point{X: 1}
		p.next = &point{X: 2, next: p}
		return p
	}
	assert.True(t, equal(ring(), ring()), "it does not go round for ever")
	assert.True(t, equal(nil, nil))
	assert.True(t, equal(point{}, point{}))

	now := time.Now()
	assert.True(t, equal(now, now.UTC().Round(0)), "the same instant")
	assert.False(t, equal(now, now.Add(1)))

	// Addresses and replies are compared, not what is behind them.
	a, b := actor.New(counterSpec("a")), actor.New(counterSpec("a"))
	assert.True(t, equal(Tell{a.Ref, nil}, Tell{a.Ref, nil}))
	assert.False(t, equal(Tell{a.Ref, nil}, Tell{b.Ref, nil}))
	one, two := NewAsk[int](t), NewAsk[int](t)
	assert.True(t, equal(Get{one.Reply}, Get{one.Reply}))
	assert.False(t, equal(Get{one.Reply}, Get{two.Reply}))

	f := func() {}
	assert.True(t, equal((func())(nil), (func())(nil)))
	assert.False(t, equal(f, f), "nobody can tell")
	c := make(chan int)
	assert.True(t, equal(c, c))
	assert.False(t, equal(c, make(chan int)))
}
