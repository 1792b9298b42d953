// Httpserver is an HTTP service whose requests are answered by an actor, as it
// would run in Kubernetes: it tells whether it is alive and ready, and when it is
// told to end it does so in phases. First it is not ready any more but goes on
// serving until load balancers have noticed; then the server finishes the
// requests in hand, and after it the actors stop; at last what they have used is
// closed.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
	"github.com/understudy-go/understudy/system/probes"
)

// A Bakery is the service.
type Bakery struct {
	out    io.Writer
	addr   string
	bake   func(loaf int)                  // takes its time
	notice func(ctx context.Context) error // returns when load balancers have noticed
	open   func(url string)                // is told when the service is ready
	close  func()                          // is told when the server takes nothing more
}

// An Order is answered with the number of the loaf.
type Order struct{ Reply actor.Reply[int] }

// A Baker counts the loaves.
type Baker struct {
	bake  func(loaf int)
	baked int
}

func (b *Baker) Receive(_ context.Context, o Order) error {
	b.baked++
	b.bake(b.baked)
	o.Reply.Send(b.baked)
	return nil
}

// orders has each request answered by the baker.
func orders(baker actor.Ref[Order]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := actor.Ask(r.Context(), baker, func(r actor.Reply[int]) Order { return Order{r} })
		if err != nil {
			http.Error(w, "no bread today", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, "loaf %d\n", n)
	}
}

// A server is an http.Server with its listener: to listen is part of its start.
type server struct {
	*http.Server
	listener net.Listener
}

// ListenAndServe is what the supervisor calls.
func (s *server) ListenAndServe() error { return s.Serve(s.listener) }

func run(ctx context.Context, b Bakery) error {
	baker := actor.New(actor.Spec[Order]{
		Name: "baker",
		New:  actor.Make(func() *Baker { return &Baker{bake: b.bake} }),
	})
	var health probes.Later // the server begins before the system is there
	mux := http.NewServeMux()
	mux.Handle("POST /orders", orders(baker.Ref))
	mux.Handle("GET /livez", probes.Live(&health))
	mux.Handle("GET /readyz", probes.Ready(&health))

	url := make(chan string, 1)
	web := supervision.FromServer("web", func() (supervision.Server, error) {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", b.addr)
		if err != nil {
			return nil, err
		}
		s := &server{&http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}, l}
		s.RegisterOnShutdown(b.close)
		select {
		case url <- "http://" + l.Addr().String():
		default: // it is not the first server
		}
		return s, nil
	})
	sys, err := system.Start(ctx, system.Config{
		Name: "bakery",
		// The server is started last, so it is stopped first, with the baker still
		// there for the requests in hand.
		Root: supervision.Spec{Children: []supervision.Child{
			{Process: baker},
			{Process: web, Shutdown: supervision.Graceful(10 * time.Second)},
		}},
		Phases: []system.Phase{
			{Name: system.PhaseDrain, Timeout: 10 * time.Second, Tasks: []system.Task{{Name: "notice", Run: b.notice}}},
			{Name: system.PhaseActors},
			{Name: system.PhaseRelease, Tasks: []system.Task{{Name: "till", Run: func(context.Context) error {
				fmt.Fprintln(b.out, "the till is closed")
				return nil
			}}}},
		},
	})
	if err != nil {
		return err
	}
	health.Set(sys)
	b.open(<-url)
	return sys.Run(ctx)
}

// pause waits as long as load balancers may take to notice.
func pause(ctx context.Context) error {
	select {
	case <-time.After(3 * time.Second):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func main() {
	err := run(context.Background(), Bakery{
		out:    os.Stdout,
		addr:   "127.0.0.1:8080",
		bake:   func(int) { time.Sleep(time.Second) },
		notice: pause,
		open:   func(url string) { fmt.Println("curl -X POST", url+"/orders, until Ctrl-C") },
		close:  func() { fmt.Println("nothing more is taken") },
	})
	if err != nil {
		log.Fatal(err)
	}
}
