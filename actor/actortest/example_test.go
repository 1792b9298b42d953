package actortest_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// inTest stands in for a test, and prints its failures.
func inTest(test func(t testing.TB)) {
	t := new(printer)
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(t)
	}()
	<-done
	for i := range t.cleanups {
		t.cleanups[len(t.cleanups)-1-i]()
	}
}

type printer struct {
	testing.TB

	cleanups []func()
}

func (p *printer) Helper()                           {}
func (p *printer) Context() context.Context          { return context.Background() }
func (p *printer) Output() io.Writer                 { return io.Discard }
func (p *printer) Cleanup(f func())                  { p.cleanups = append(p.cleanups, f) }
func (p *printer) Errorf(format string, args ...any) { p.Fatalf(format, args...) }
func (p *printer) Fatalf(format string, args ...any) {
	fmt.Println(strings.ReplaceAll(fmt.Sprintf(format, args...), "\t", "    "))
}

// A question is asked by hand.
func ExampleAsk() {
	inTest(func(t testing.TB) {
		s := &Session{pages: 3}
		count := actortest.NewAsk[int](t)
		err := s.Receive(context.Background(), Count{count.Reply})
		fmt.Println(count.Value(), err)
	})
	// Output: 3 <nil>
}

// What a probe gets is not what was expected.
func ExampleProbe() {
	inTest(func(t testing.TB) {
		audit := actortest.NewProbe[Entry](t, "audit")
		s := &Session{audit: audit.Ref, user: "ann"}
		_ = s.audit.Send(context.Background(), Entry{s.user, "/shop"})
		audit.Expect(Entry{"Ann", "/shop"})
	})
	// Output:
	// actortest: probe audit: the next message is not the one expected
	//     got:  actortest_test.Entry{User:"ann", Page:"/shop"}
	//     want: actortest_test.Entry{User:"Ann", Page:"/shop"}
	//     at .User: got "ann", want "Ann"
	//     all that was taken:
	//         actortest_test.Entry{User:"ann", Page:"/shop"}
	//     still waiting: nothing
}

// The second message finds an actor that fails.
func ExampleInject() {
	inTest(func(t testing.TB) {
		audit := actortest.NewProbe[Entry](t, "audit")
		s := actor.New(actortest.Inject(session(actor.Ref[Lookup]{}, audit.Ref), actortest.Faults[Msg]{Messages: []int{2}}))
		sys := actortest.NewSystem(t, system.Config{Name: "shop", Root: supervision.Spec{
			Children: []supervision.Child{{Process: s}},
		}})
		for _, page := range []string{"/a", "/b", "/c"} {
			_ = s.Send(context.Background(), Visit{page})
		}
		e := sys.Events.ExpectRestart("session", actortest.ErrInjected)
		fmt.Printf("%s: %s, number %d\n", e.Path, e, e.Restarts)
		fmt.Println(audit.Next().Page, audit.Next().Page)
	})
	// Output:
	// /shop/session: child restarted, number 1
	// /a /c
}
