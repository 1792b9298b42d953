package benchmarks

import "testing"

// A contest is a case in which operations are counted.
type contest struct {
	workers int
	setup   func(contender) setup
}

var (
	tell1to1 = contest{1, func(c contender) setup { return c.tell }}
	tell8to1 = contest{8, func(c contender) setup { return c.tell }}
	askSeq   = contest{1, func(c contender) setup { return c.ask }}
	ask64    = contest{64, func(c contender) setup { return c.ask }}
	pingPong = contest{1, func(c contender) setup { return c.pingPong }}
	restart  = contest{1, func(c contender) setup { return c.restart }}
)

func BenchmarkTell1to1(b *testing.B) { tell1to1.benchmark(b) }
func BenchmarkTell8to1(b *testing.B) { tell8to1.benchmark(b) }
func BenchmarkAskSeq(b *testing.B)   { askSeq.benchmark(b) }
func BenchmarkAsk64(b *testing.B)    { ask64.benchmark(b) }
func BenchmarkPingPong(b *testing.B) { pingPong.benchmark(b) }
func BenchmarkRestart(b *testing.B)  { restart.benchmark(b) }

func (c contest) benchmark(b *testing.B) {
	for _, system := range contenders {
		setup := c.setup(system)
		if setup == nil {
			continue
		}
		b.Run("system="+system.name, func(b *testing.B) {
			newBout(b, c.workers, setup).measure(b)
		})
	}
}
