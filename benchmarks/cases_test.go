package benchmarks

import (
	"flag"
	"fmt"
	"strings"
	"testing"
)

// listing has the benchmarks name their systems and measure nothing.
var listing = flag.Bool("list-systems", false, "run no benchmark, but name the systems of each")

// A contest is a case in which operations are counted.
type contest struct {
	workers int
	setup   func(contender) setup
	few     bool // an operation is so long that a few warm up
}

// contests are these cases, by name.
var contests = map[string]contest{
	"Tell1to1":   {workers: 1, setup: func(c contender) setup { return c.tell }},
	"Tell8to1":   {workers: 8, setup: func(c contender) setup { return c.tell }},
	"Pipeline3":  {workers: 1, setup: wired(pipeline)},
	"N100toN100": {workers: 1, setup: wired(mesh)},
	"AskSeq":     {workers: 1, setup: func(c contender) setup { return c.ask }},
	"Ask64":      {workers: 64, setup: func(c contender) setup { return c.ask }},
	"PingPong":   {workers: 1, setup: func(c contender) setup { return c.pingPong }},
	"Ring503":    {workers: 1, setup: wired(ring)},
	"Fanout1000": {workers: 1, setup: wired(fanout), few: true},
	"Restart":    {workers: 1, setup: func(c contender) setup { return c.restart }},
}

func BenchmarkTell1to1(b *testing.B)   { contested(b) }
func BenchmarkTell8to1(b *testing.B)   { contested(b) }
func BenchmarkPipeline3(b *testing.B)  { contested(b) }
func BenchmarkN100toN100(b *testing.B) { contested(b) }
func BenchmarkAskSeq(b *testing.B)     { contested(b) }
func BenchmarkAsk64(b *testing.B)      { contested(b) }
func BenchmarkPingPong(b *testing.B)   { contested(b) }
func BenchmarkRing503(b *testing.B)    { contested(b) }
func BenchmarkFanout1000(b *testing.B) { contested(b) }
func BenchmarkRestart(b *testing.B)    { contested(b) }

// contested runs the contest that the benchmark is named after.
func contested(b *testing.B) {
	b.Helper()
	c := contests[strings.TrimPrefix(b.Name(), "Benchmark")]
	each(b, func(system contender) func(*testing.B) error {
		setup := c.setup(system)
		if setup == nil {
			return nil
		}
		return func(b *testing.B) error {
			return newBout(b, c.workers, setup).measure(b, c.warmUp())
		}
	})
}

func (c contest) warmUp() int {
	if c.few {
		return 10
	}
	return warmUp
}

// each runs a case for every system that can do it: for which run is not nil. A
// failure that is known ends the run of that system alone, with a remark.
func each(b *testing.B, run func(contender) func(*testing.B) error) {
	b.Helper()
	name := strings.TrimPrefix(b.Name(), "Benchmark")
	for _, system := range contenders {
		r := run(system)
		if r == nil {
			continue
		}
		b.Run("system="+system.name, func(b *testing.B) {
			if *listing {
				return
			}
			if note := system.notes[name]; note != "" {
				b.Log("note: " + note)
			}
			fault := system.faults[name]
			if fault != "" {
				b.Log("note: " + fault)
			}
			if err := r(b); err != nil && fault != "" {
				fmt.Printf("# %s: %v\n# note: %s\n", b.Name(), err, fault) // of a skipped benchmark nothing is printed
				b.Skip()
			} else if err != nil {
				b.Fatal(err)
			}
		})
	}
}
