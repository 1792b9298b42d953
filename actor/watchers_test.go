package actor

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A list of watchers from which any are removed, in any order and more than
// once, tells the others, first come first.
func TestWatchersAreTakenInOrder(t *testing.T) {
	for out, want := range map[string]string{
		"":     "abcd",
		"a":    "bcd",
		"b":    "acd",
		"d":    "abc",
		"bb":   "acd",
		"bab":  "cd",
		"cdc":  "ab",
		"bcbc": "ad",
		"abcd": "",
		"dcba": "",
	} {
		var l watchers
		told := ""
		all := make(map[rune]*watcher)
		for _, name := range "abcd" {
			all[name] = &watcher{notify: func(Down) { told += string(name) }}
			l.add(all[name])
		}
		for _, name := range out {
			l.remove(all[name])
		}
		for _, notify := range l.take() {
			notify(Down{})
		}
		assert.Equal(t, want, told, strconv.Quote(out))
		assert.Equal(t, watchers{}, l)
		for _, w := range all {
			l.remove(w) // those that were told may be removed, too
		}
		l.add(all['c'])
		l.remove(all['a'])
		assert.Len(t, l.take(), 1)
	}
}
