package benchmarks

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// herds are the numbers of static children: what one of them costs should be the
// same in all.
var herds = []int{1000, 10_000, 100_000}

// BenchmarkStaticChildren measures a supervisor whose children are in its spec. One
// operation is the start of one of them; to restart all of them because one has
// crashed, and to stop all of them, is reported beside it, for one child. It knows no
// other systems.
func BenchmarkStaticChildren(b *testing.B) {
	if *listing {
		return
	}
	for _, n := range herds {
		b.Run("children="+strconv.Itoa(n), func(b *testing.B) {
			b.StopTimer()
			var restarts, stops time.Duration
			herded := 0
			for ; herded < b.N; herded += n {
				restart, stop := herd(b, n)
				restarts += restart
				stops += stop
			}
			// A herd is whole, however few operations were asked for.
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(herded), "ns/op")
			b.ReportMetric(float64(restarts.Nanoseconds())/float64(herded), "restart-all-ns")
			b.ReportMetric(float64(stops.Nanoseconds())/float64(herded), "stop-all-ns")
		})
	}
}

// herd starts n static children, which is timed by b, restarts all, and stops all.
func herd(b *testing.B, n int) (restart, stop time.Duration) {
	b.Helper()
	c := newCensus()
	c.expect(n)
	spec := actor.Spec[message]{New: understudyHerded(c)}
	all := supervision.Spec{Name: "herd", Strategy: supervision.OneForAll, Limit: supervision.Unlimited()}
	children := make([]*actor.Process[message], n)
	for i := range children {
		spec.Name = "child-" + strconv.Itoa(i)
		children[i] = actor.New(spec)
		all.Children = append(all.Children, supervision.Child{Process: children[i]})
	}
	ctx := context.Background()

	b.StartTimer()
	root := supervision.New(all)
	sys := startUnderstudy(b, root)
	b.StopTimer()
	c.wait()

	c.expect(n)
	began := time.Now()
	if err := children[0].Send(ctx, crash); err != nil {
		b.Fatal(err)
	}
	c.wait()
	restart = time.Since(began)

	began = time.Now()
	if err := supervision.TerminateChild(ctx, sys.Root(), root.Name()); err != nil {
		b.Fatal(err)
	}
	stop = time.Since(began)
	if !c.over() {
		b.Fatal("more were started than there are")
	}
	return restart, stop
}

// understudyHerded makes a child that panics at each message.
func understudyHerded(c *census) func(context.Context, *actor.Self[message]) (actor.Actor[message], error) {
	return actor.Make(func() actor.Actor[message] {
		c.mark()
		return actor.Func[message](func(context.Context, message) error { panic(crashed) })
	})
}
