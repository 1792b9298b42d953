package benchmarks

import (
	"strconv"
	"testing"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/mailbox"
)

// rooms are the capacities that the default one was chosen from.
var rooms = []int{4, 8, 16, 32, mailbox.DefaultCapacity, 128, 256, capacity}

// BenchmarkCapacity measures what the capacity of a bounded mailbox costs: time for
// each message of one sender and of eight, and memory of an actor that has had a
// message. It knows no other systems.
func BenchmarkCapacity(b *testing.B) {
	if *listing {
		return
	}
	for _, room := range rooms {
		b.Run("capacity="+strconv.Itoa(room), func(b *testing.B) {
			tell := func(tb testing.TB, t *tally) func(worker, n int) error {
				tb.Helper()
				return tellUnderstudy(tb, declareRoom(bounded, "counter", room, func() actor.Actor[message] { return &understudyCounter{t} }))
			}
			for _, name := range []string{"Tell1to1", "Tell8to1"} {
				b.Run("case="+name, func(b *testing.B) {
					if err := newBout(b, contests[name].workers, tell).measure(b, warmUp); err != nil {
						b.Fatal(err)
					}
				})
			}
			b.Run("case=memory", func(b *testing.B) {
				spawn := contender{spawn: func(tb testing.TB, n int, c *census) population {
					tb.Helper()
					return understudySpawnRoom(tb, n, c, room)
				}}
				l, err := live(b, spawn, b.N, func(spawn func() error) error { return spawn() })
				if err != nil {
					b.Fatal(err)
				}
				l.report(b)
			})
		})
	}
}
