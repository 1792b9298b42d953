package supervision_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// liveHTTP is an http.Server that listens when it is built.
type liveHTTP struct {
	*http.Server
	listener net.Listener
}

func (s liveHTTP) ListenAndServe() error { return s.Serve(s.listener) }

// liveListen builds such a server and tells its address. closed is closed when
// the server has begun to shut down, and listens no more.
func liveListen(addr string, h http.Handler, at chan<- string, closed chan<- struct{}) func() (supervision.Server, error) {
	return func() (supervision.Server, error) {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
		if err != nil {
			return nil, err
		}
		at <- l.Addr().String()
		s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
		s.RegisterOnShutdown(func() { close(closed) })
		return liveHTTP{s, l}, nil
	}
}

func liveGet(ctx context.Context, addr string) (string, error) {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr, http.NoBody)
	if err != nil {
		return "", err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Do(ask)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	return string(body), err
}

// A request in flight is answered before the server has stopped; then nobody
// is served any more.
func TestLiveFromServerGraceful(t *testing.T) {
	inFlight, finish := make(chan struct{}), make(chan struct{})
	at, closed := make(chan string, 1), make(chan struct{})
	server := supervision.FromServer("web", liveListen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inFlight)
		<-finish
		_, _ = io.WriteString(w, "done")
	}), at, closed))
	sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(server)}))
	addr := <-at
	answer := make(chan string, 1)
	go func() {
		body, err := liveGet(t.Context(), addr)
		assert.NoError(t, err)
		answer <- body
	}()
	<-inFlight
	sup.Stop(actor.Forever)
	<-closed
	_, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
	require.Error(t, err, "nobody new is let in")
	select {
	case <-sup.ended:
		t.Fatal("a request is in flight")
	default:
	}
	close(finish)
	assert.Equal(t, "done", <-answer)
	exit := <-sup.ended
	assert.NoError(t, exit.Err)
	assert.Equal(t, actor.Shutdown, exit.Kind)
	sup.Retire(nil)
}

// A port that is taken fails the start of a server that listens in build.
func TestLiveFromServerPortTaken(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
	server := supervision.FromServer("web", liveListen(taken.Addr().String(), nil, make(chan string, 1), make(chan struct{})))
	err = supervision.StartChild(context.Background(), sup.Ref, supervision.Child{Process: server})
	var op *net.OpError
	require.ErrorAs(t, err, &op)
	// One that listens later has started, and fails then.
	plain := supervision.FromServer("plain", func() (supervision.Server, error) {
		return &http.Server{Addr: taken.Addr().String(), ReadHeaderTimeout: time.Minute}, nil
	})
	err = supervision.StartChild(context.Background(), sup.Ref, supervision.Child{Process: plain, Restart: supervision.Temporary})
	require.NoError(t, err)
	address, ok := plain.(interface{ Done() <-chan struct{} })
	require.True(t, ok)
	<-address.Done()
	assert.NoError(t, sup.stop().Err)
}

// fakeServer serves as it is told.
type fakeServer struct {
	serve    func() error
	shutdown func(context.Context) error
}

func (s fakeServer) ListenAndServe() error              { return s.serve() }
func (s fakeServer) Shutdown(ctx context.Context) error { return s.shutdown(ctx) }

// Each start builds a new server, after a failure, a panic and a Goexit.
func TestLiveFromServerRestarts(t *testing.T) {
	for name, serve := range map[string]func() error{
		"error":  func() error { return errLive },
		"panic":  func() error { panic(errLive) },
		"goexit": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				builds := 0
				quit := make(chan struct{})
				server := supervision.FromServer("web", func() (supervision.Server, error) {
					if builds++; builds == 1 {
						return fakeServer{serve, func(context.Context) error { return nil }}, nil
					}
					return fakeServer{
						func() error { <-quit; return http.ErrServerClosed },
						func(context.Context) error { close(quit); return nil },
					}, nil
				})
				sup := liveStart(t, supervision.New(supervision.Spec{
					Name: "sup", Children: []supervision.Child{{Process: server, Restart: supervision.Transient}},
				}))
				synctest.Wait()
				assert.Equal(t, 2, builds)
				info, err := supervision.Lookup(context.Background(), sup.Ref, "web")
				require.NoError(t, err)
				assert.Equal(t, "Server", info.Type)
				switch name {
				case "panic":
					var p *actor.PanicError
					require.ErrorAs(t, info.LastError, &p)
					assert.Contains(t, p.Stack(), "live_fromserver_test.go")
				case "goexit":
					assert.ErrorIs(t, info.LastError, actor.ErrGoexit)
				default:
					assert.ErrorIs(t, info.LastError, errLive)
				}
				assert.NoError(t, sup.stop().Err)
			})
		})
	}
}

// A server that ends by itself without an error has ended normally.
func TestLiveFromServerNormalEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := supervision.FromServer("web", func() (supervision.Server, error) {
			return fakeServer{func() error { return nil }, func(context.Context) error { return nil }}, nil
		})
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: server, Restart: supervision.Transient}},
		}))
		synctest.Wait()
		assert.Equal(t, supervision.StateStopped, sup.state(t, "web"))
		assert.NoError(t, sup.stop().Err)
	})
}

func TestLiveFromServerBuildFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup"}))
		for want, build := range map[string]func() (supervision.Server, error){
			"boom":                  func() (supervision.Server, error) { return nil, errLive },
			"no server was built":   func() (supervision.Server, error) { return nil, nil }, //nolint:nilnil // what a user may do wrong
			"panic: boom":           func() (supervision.Server, error) { panic(errLive) },
			"runtime.Goexit called": func() (supervision.Server, error) { runtime.Goexit(); return nil, errLive },
			"actor: start timeout":  func() (supervision.Server, error) { time.Sleep(time.Minute); return nil, errLive },
		} {
			err := supervision.StartChild(context.Background(), sup.Ref, supervision.Child{Process: supervision.FromServer("web", build)})
			assert.ErrorContains(t, err, want)
		}
		assert.NoError(t, sup.stop().Err)
		time.Sleep(time.Minute) // the one that was left behind comes back
	})
}

// liveStubborn does not shut down in time, but it can be closed.
type liveStubborn struct {
	fakeServer
	quit chan struct{}
}

func (s liveStubborn) Close() error { close(s.quit); return nil }

// Shutdown has the child's time to stop; then the server is closed.
func TestLiveFromServerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quit := make(chan struct{})
		var had time.Duration
		server := supervision.FromServer("web", func() (supervision.Server, error) {
			return liveStubborn{fakeServer{
				func() error { <-quit; return http.ErrServerClosed },
				func(ctx context.Context) error {
					began := time.Now()
					<-ctx.Done()
					had = time.Since(began)
					return ctx.Err()
				},
			}, quit}, nil
		})
		sup := liveStart(t, supervision.New(supervision.Spec{
			Name: "sup", Children: []supervision.Child{{Process: server, Shutdown: supervision.Graceful(time.Second)}},
		}))
		synctest.Wait()
		began := time.Now()
		require.NoError(t, supervision.TerminateChild(context.Background(), sup.Ref, "web"))
		assert.LessOrEqual(t, time.Since(began), time.Second)
		assert.InDelta(t, time.Second, had, float64(100*time.Millisecond))
		info, err := supervision.Lookup(context.Background(), sup.Ref, "web")
		require.NoError(t, err)
		assert.ErrorIs(t, info.LastError, context.DeadlineExceeded)
		assert.NotErrorIs(t, info.LastError, actor.ErrAbandoned)
		assert.NoError(t, sup.stop().Err)
		select {
		case <-quit:
		default:
			t.Error("the server was not closed")
		}
	})
}

// The child has not ended before the server serves no more, and a server that has
// shut down is not closed as well.
func TestLiveFromServerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down, quit := make(chan struct{}), make(chan struct{})
		server := supervision.FromServer("web", func() (supervision.Server, error) {
			return liveStubborn{fakeServer{
				func() error { <-down; time.Sleep(time.Second); return http.ErrServerClosed },
				func(context.Context) error { close(down); return nil },
			}, quit}, nil
		})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(server)}))
		synctest.Wait()
		began := time.Now()
		assert.NoError(t, sup.stop().Err)
		assert.Equal(t, time.Second, time.Since(began))
		select {
		case <-quit:
			t.Error("the server was closed")
		default:
		}
	})
}

// What a server says that does not shut down and cannot be closed is told.
func TestLiveFromServerCannotBeClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := make(chan struct{})
		server := supervision.FromServer("web", func() (supervision.Server, error) {
			return fakeServer{
				func() error { <-down; return http.ErrServerClosed },
				func(context.Context) error { close(down); return errLive },
			}, nil
		})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(server)}))
		synctest.Wait()
		require.NoError(t, supervision.TerminateChild(t.Context(), sup.Ref, "web"))
		info, err := supervision.Lookup(t.Context(), sup.Ref, "web")
		require.NoError(t, err)
		var hook *actor.HookError
		require.ErrorAs(t, info.LastError, &hook)
		assert.Equal(t, errLive, hook.Err)
		assert.NoError(t, sup.stop().Err)
	})
}

// A server that never serves nor shuts down is abandoned.
func TestLiveFromServerHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		server := supervision.FromServer("web", func() (supervision.Server, error) {
			return fakeServer{
				func() error { <-release; return nil },
				func(context.Context) error { <-release; return nil },
			}, nil
		})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(server)}))
		synctest.Wait()
		began := time.Now()
		exit := sup.stop()
		assert.Equal(t, 5*time.Second, time.Since(began))
		require.ErrorIs(t, exit.Err, supervision.ErrShutdownTimeout)
		var left *actor.AbandonedError
		require.ErrorAs(t, exit.Err, &left)
		assert.Equal(t, "/sup/web", left.Path)
		close(release)
	})
}

// A server that has ended by itself may take as long as it likes to shut down.
func TestLiveFromServerShutsDownAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var builds []time.Duration
		server := supervision.FromServer("web", func() (supervision.Server, error) {
			if builds = append(builds, time.Since(began)); len(builds) == 1 {
				return fakeServer{
					func() error { return errLive },
					func(ctx context.Context) error { time.Sleep(time.Minute); return ctx.Err() },
				}, nil
			}
			return nil, actor.ErrIgnore
		})
		sup := liveStart(t, supervision.New(supervision.Spec{Name: "sup", Children: liveChildren(server)}))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		assert.Equal(t, []time.Duration{0, time.Minute}, builds)
		info, err := supervision.Lookup(t.Context(), sup.Ref, "web")
		require.NoError(t, err)
		assert.Equal(t, errLive, info.LastError)
		assert.NoError(t, sup.stop().Err)
	})
}
