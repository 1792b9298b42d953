package benchmarks

import (
	"fmt"
	"testing"
)

// A forest makes a tree: an actor that has n leaves makes up to ten others,
// among which it divides them, until an actor has but one. A leaf tells its
// number to the one that made it, the others tell the sum of what they are told,
// and each ends when it has told. A forest returns the sum of the root.
type forest func(n int) (sum uint64, err error)

// fork is how many actors an actor makes.
const fork = 10

// A grove is the leaves below one actor.
type grove struct {
	first uint64 // the number of the first
	n     int
}

// branches divides a grove of more than one leaf among the actors below.
func (g grove) branches() []grove {
	below := make([]grove, min(g.n, fork))
	first := g.first
	for i := range below {
		n := share(g.n, len(below), i)
		below[i] = grove{first, n}
		first += uint64(n)
	}
	return below
}

// sum is what the tree has to come to.
func (g grove) sum() uint64 {
	n := uint64(g.n)
	return n*g.first + n*(n-1)/2
}

// BenchmarkSkynet100k counts in leaves.
func BenchmarkSkynet100k(b *testing.B) { grown(b, 100_000) }

// BenchmarkSkynet1M is the same with a larger tree.
func BenchmarkSkynet1M(b *testing.B) { grown(b, million) }

func grown(b *testing.B, most int) {
	b.Helper()
	each(b, func(system contender) func(*testing.B) error {
		if system.skynet == nil || system.large && most >= million {
			return nil
		}
		return func(b *testing.B) error {
			grow := system.skynet(b)
			if err := growOne(grow, 100); err != nil {
				return err
			}
			b.ReportAllocs()
			b.ResetTimer()
			for left := b.N; left > 0; left -= most {
				if err := growOne(grow, min(left, most)); err != nil {
					return err
				}
			}
			b.StopTimer()
			if b.N >= most {
				b.ReportMetric(b.Elapsed().Seconds()*1000*float64(most)/float64(b.N), "tree-ms")
			}
			return nil
		}
	})
}

// growOne grows one tree of n leaves.
func growOne(grow forest, n int) error {
	sum, err := grow(n)
	if want := (grove{0, n}).sum(); err == nil && sum != want {
		err = fmt.Errorf("the leaves come to %d, not %d", sum, want)
	}
	return err
}
