package actortest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/understudy-go/understudy/actor"
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
	for want, value := range map[string]any{
		"nil":                         nil,
		`"a\nb"`:                      "a\nb",
		"true":                        true,
		"int(3)":                      3,
		"time.Duration(1s)":           time.Second,
		`*errors.errorString("boom")`: errBoom,
		"actortest.Inc{By:1}":         Inc{1},
		"&actortest.Inc{By:1}":        &Inc{1},
		`actortest.Crash{Err:*errors.errorString("boom")}`: Crash{errBoom},
		"actortest.Crash{Err:nil}":                         Crash{},
		"[]int{1, 2}":                                      []int{1, 2},
		"[]string{\"a\"}":                                  []string{"a"},
		"[]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, …}":           make([]int, 11),
		`map[string]int{"a":1, "b":2}`:                     map[string]int{"b": 2, "a": 1},
		"func()":                                           func() {},
		`actortest.word("a")`:                              word("a"),
		"actortest.waits{d:1s}":                            waits{time.Second},
		`actor.Stopping{Within:1s}`:                        actor.Stopping{Within: time.Second},
		"actortest.Get{Reply:actor.Reply[int]}":            Get{NewAsk[int](t).Reply},
		"actortest.Tell{To:a, Msg:actortest.Leave{}}":      Tell{actor.New(counterSpec("a")).Ref, Leave{}},
		"actortest.Effect[string](watched /a)":             Effect[string]{Kind: Watched, Of: "/a"},
	} {
		assert.Equal(t, want, show(value))
	}
	ring := &point{}
	ring.next = ring
	assert.Contains(t, show(ring), "next:&…", "it does not go round for ever")
	long := show(strings.Repeat("ä", maxText))
	assert.LessOrEqual(t, len(long), maxText+len("…"))
	assert.True(t, strings.HasSuffix(long, "ä…"))
}

type (
	word  string
	waits struct{ d time.Duration }
)

// Of many values the last ones are listed.
func TestList(t *testing.T) {
	assert.Equal(t, "\n\tseen: nothing", list("seen", nil))
	got := list("seen", strings.Fields("a b c d e f g h i j k l"))
	assert.Equal(t, "\n\tseen:\n\t\t… 2 more\n\t\tc\n\t\td\n\t\te\n\t\tf\n\t\tg\n\t\th\n\t\ti\n\t\tj\n\t\tk\n\t\tl", got)
}
