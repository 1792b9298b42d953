package actortest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

type point struct {
	X, y int
	next *point
	Tags []string
	by   map[string]int
	any  any
	err  error
}

func TestShow(t *testing.T) {
	assert.Equal(t, "nil", show(nil))
	assert.Equal(t, `"a\nb"`, show("a\nb"))
	assert.Equal(t, "int(3)", show(3))
	assert.Equal(t, "time.Duration(1s)", show(time.Second))
	assert.Equal(t, `*errors.errorString("boom")`, show(errBoom))
	assert.Equal(t, "actortest.Inc{By:1}", show(Inc{1}))
	assert.Equal(t, "*actortest.Inc(&{By:1})", show(&Inc{1}))
	assert.Equal(t, "actortest.Effect[string](watched /a)", show(Effect[string]{Kind: Watched, Of: "/a"}))
	long := show(strings.Repeat("ä", maxText))
	assert.LessOrEqual(t, len(long), maxText+len("…"))
	assert.True(t, strings.HasSuffix(long, "ä…"))
}

// A difference is told by the place where it is.
func TestCompare(t *testing.T) {
	differences := func(got, want any) string {
		_, lines, _ := strings.Cut(compare(got, want), "\n\twant: ")
		_, lines, _ = strings.Cut(lines, "\n")
		return lines
	}
	assert.Empty(t, differences(1, 2), "what is shown is enough")
	assert.Equal(t, "	at .X: got 1, want 2\n	at .y: got 3, want 4", differences(point{X: 1, y: 3}, point{X: 2, y: 4}))
	assert.Equal(t, `	at .next.X: got 1, want 2`, differences(&point{next: &point{X: 1}}, &point{next: &point{X: 2}}))
	assert.Equal(t, `	at .next: got <nil>, want &{1 0 <nil> [] map[] <nil> <nil>}`, differences(point{}, point{next: &point{X: 1}}))
	assert.Equal(t, "	at the length of .Tags: got 2, want 1\n	at .Tags[0]: got \"a\", want \"c\"",
		differences(point{Tags: []string{"a", "b"}}, point{Tags: []string{"c"}}))
	assert.Equal(t, "	at the length of the whole: got 1, want 0", differences([]int{1}, []int{}))
	assert.Equal(t, "	at .by[\"a\"]: got 1, want 2\n	at .by[\"b\"]: got 1, want nothing\n	at .by[\"c\"]: got nothing, want 3",
		differences(point{by: map[string]int{"a": 1, "b": 1}}, point{by: map[string]int{"a": 2, "c": 3}}))
	assert.Equal(t, "	at .any: got int, want string", differences(point{any: 1}, point{any: "1"}))
	assert.Equal(t, "	at .any: got <nil>, want 1", differences(point{}, point{any: 1}))
	assert.Equal(t, "	at .err.s: got \"boom\", want \"bang\"", differences(point{err: errBoom}, point{err: errors.New("bang")}))
	assert.Empty(t, differences(Inc{1}, Leave{}), "the types are shown anyway")
	assert.Empty(t, differences(nil, Leave{}))
	assert.Empty(t, differences(nil, nil))

	ring := &point{X: 1}
	ring.next = ring
	other := &point{X: 1}
	other.next = other
	assert.Empty(t, differences(ring, other), "it does not go round for ever")

	many := strings.Split(differences(make([]int, 12), []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), "\n")
	assert.Len(t, many, maxListed+1)
	assert.Equal(t, "	… 2 more differences", many[maxListed])
}

// Of many values the last ones are listed.
func TestList(t *testing.T) {
	assert.Equal(t, "\n\tseen: nothing", list("seen", nil))
	got := list("seen", strings.Fields("a b c d e f g h i j k l"))
	assert.Equal(t, "\n\tseen:\n\t\t… 2 more\n\t\tc\n\t\td\n\t\te\n\t\tf\n\t\tg\n\t\th\n\t\ti\n\t\tj\n\t\tk\n\t\tl", got)
}

func TestDiff(t *testing.T) {
	lines := func(s string) []string { return strings.Fields(s) }
	assert.Equal(t, text("", "	- a", "	  b", "	+ x", "	  c", "	+ d"), diff(lines("b x c d"), lines("a b c")))
	assert.Equal(t, text("", "	+ a"), diff(lines("a"), nil))
	assert.Equal(t, text("", "	- a"), diff(nil, lines("a")))
	assert.Equal(t, text("", "	- b", "	+ a"), diff(lines("a"), lines("b")))
}
