package probes_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
	"github.com/understudy-go/understudy/system/probes"
)

var errDown = errors.New("down")

// ask returns what a handler answers.
func ask(t *testing.T, h http.Handler) (status int, body string) {
	t.Helper()
	return askIn(t.Context(), h)
}

func askIn(ctx context.Context, h http.Handler) (status int, body string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody))
	return w.Code, strings.TrimSpace(w.Body.String())
}

// says wants a handler to answer so.
func says(t *testing.T, h http.Handler, status int, body string) {
	t.Helper()
	got, text := ask(t, h)
	assert.Equal(t, status, got)
	assert.Equal(t, body, text)
}

type do func(ctx context.Context) error

// start starts a system with one actor.
func start(t *testing.T, limit supervision.Limit) (*system.ActorSystem, *actor.Process[do]) {
	t.Helper()
	a := actor.New(actor.Spec[do]{Name: "a", New: actor.Make(func() actor.Func[do] {
		return func(ctx context.Context, f do) error { return f(ctx) }
	})})
	s, err := system.Start(t.Context(), system.Config{
		Name:   "sys",
		Root:   supervision.Spec{Limit: limit, Children: []supervision.Child{{Process: a}}},
		Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return s, a
}

// Ready and Live follow the system from before its start to its end (D7, D8).
func TestProbesFollowTheSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var later probes.Later
		live, ready := probes.Live(&later), probes.Ready(&later)
		says(t, live, 200, `{"ok":true,"state":"starting"}`)
		says(t, ready, 503, `{"ok":false,"state":"starting"}`)
		require.NoError(t, later.Answers(t.Context()))

		s, _ := start(t, supervision.Limit{})
		says(t, ready, 503, `{"ok":false,"state":"starting"}`)
		later.Set(s)
		says(t, live, 200, `{"ok":true,"state":"running"}`)
		says(t, ready, 200, `{"ok":true,"state":"running"}`)
		says(t, probes.Live(s), 200, `{"ok":true,"state":"running"}`)

		require.NoError(t, s.OnShutdown(system.PhaseDrain, system.Task{Name: "notice", Run: func(context.Context) error {
			says(t, live, 200, `{"ok":true,"state":"stopping"}`)
			says(t, ready, 503, `{"ok":false,"state":"stopping"}`)
			return nil
		}}))
		require.NoError(t, s.Shutdown(context.Background()))
		says(t, live, 503, `{"ok":false,"state":"stopped"}`)
		says(t, ready, 503, `{"ok":false,"state":"stopped"}`)
	})
}

// When the top has given up nothing more is to be sent there (D7).
func TestReadyWhenTheTopHasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := start(t, supervision.AtMost(0, time.Minute))
		during := make(chan struct{})
		require.NoError(t, s.OnShutdown(system.PhaseDrain, system.Task{Name: "wait", Run: func(context.Context) error {
			<-during
			return nil
		}}))
		require.NoError(t, a.TrySend(func(context.Context) error { return errDown }))
		synctest.Wait()
		says(t, probes.Ready(s), 503, `{"ok":false,"state":"stopping"}`)
		says(t, probes.Live(s), 200, `{"ok":true,"state":"stopping"}`)
		close(during)
		<-s.Done()
		says(t, probes.Live(s), 503, `{"ok":false,"state":"stopped"}`)
	})
}

// A supervisor at the top that does not come back to its mailbox is found (D8).
func TestLiveWhenTheTopDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := start(t, supervision.Limit{})
		g := gate(make(chan struct{}))
		go func() { _ = supervision.StartChild(t.Context(), s.Root(), supervision.Child{Process: g}) }()
		synctest.Wait()
		began := time.Now()
		says(t, probes.Live(s), 503, `{"ok":false,"state":"running","failed":[{"name":"supervisors","error":"context deadline exceeded"}]}`)
		assert.Equal(t, probes.Within, time.Since(began))
		close(g)
		synctest.Wait()
		says(t, probes.Live(s), 200, `{"ok":true,"state":"running"}`)
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

// A gate is no child, and takes until it is closed to say so.
type gate chan struct{}

func (gate) Name() string                          { return "gate" }
func (gate) Start(_ context.Context, h actor.Host) { h.Started(errDown) }
func (gate) Stop(time.Duration)                    {}

func (g gate) Validate() error {
	<-g
	return errDown
}

// ending is a system that ends while it is asked.
type ending struct{ asked atomic.Int32 }

func (e *ending) State() system.State {
	if e.asked.Load() > 0 {
		return system.StateStopping
	}
	return system.StateRunning
}

func (e *ending) Answers(context.Context) error {
	e.asked.Add(1)
	return actor.ErrStopped
}

// A system that is shut down while it is asked is not dead, nor ready (D7, D8).
func TestProbesOfASystemThatEndsMeanwhile(t *testing.T) {
	says(t, probes.Live(new(ending)), 200, `{"ok":true,"state":"running"}`)
	var e ending
	says(t, probes.Ready(&e, probes.Check{Name: "c", Run: e.Answers}), 503,
		`{"ok":false,"state":"stopping","failed":[{"name":"c","error":"actor: stopped"}]}`)
}

// Checks are run side by side, in a bounded time; all that fail are told (D7).
func TestReadyChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := start(t, supervision.Limit{})
		fails := true
		release := make(chan struct{})
		ready := probes.Ready(s,
			probes.Check{Name: "good", Run: func(context.Context) error { time.Sleep(probes.Within / 2); return nil }},
			probes.Check{Name: "bad", Run: func(context.Context) error {
				if fails {
					return errDown
				}
				return nil
			}},
			probes.Check{Name: "heeds", Run: func(ctx context.Context) error {
				if !fails {
					return nil
				}
				<-ctx.Done()
				return context.Cause(ctx)
			}},
			probes.Check{Name: "hangs", Run: func(context.Context) error { <-release; return nil }},
		)
		began := time.Now()
		says(t, ready, 503, `{"ok":false,"state":"running","failed":[{"name":"bad","error":"down"},`+
			`{"name":"heeds","error":"probes: no answer in time"},{"name":"hangs","error":"probes: no answer in time"}]}`)
		assert.Equal(t, probes.Within, time.Since(began))
		fails = false
		synctest.Wait()
		says(t, ready, 503, `{"ok":false,"state":"running","failed":[{"name":"hangs","error":"probes: no answer in time"}]}`)
		close(release)
		synctest.Wait()
		says(t, ready, 200, `{"ok":true,"state":"running"}`)
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

// A check that fails in an odd way has failed, with the rest unharmed (D7).
func TestReadyChecksInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := start(t, supervision.Limit{})
		ready := probes.Ready(s,
			probes.Check{Name: "panics", Run: func(context.Context) error { panic(errDown) }},
			probes.Check{Name: "exits", Run: func(context.Context) error { runtime.Goexit(); return nil }},
			probes.Check{Name: "unreadable", Run: func(context.Context) error { return unreadable{} }},
			probes.Check{Name: "none"},
		)
		status, body := ask(t, ready)
		assert.Equal(t, 503, status)
		for _, want := range []string{`"panics","error":"panic: down"`, `"exits","error":`, "an error that cannot be read", "Check.Run is nil"} {
			assert.Contains(t, body, want)
		}
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

type unreadable struct{}

func (unreadable) Error() string { panic("no") }

// What a user's error says is escaped, and bounded (D7).
func TestReadyTextIsHarmless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := start(t, supervision.Limit{})
		evil := "<script>\"\n\x00\xff%s" + strings.Repeat("ü", 1000)
		ready := probes.Ready(s, probes.Check{Name: evil, Run: func(context.Context) error { return errors.New(evil) }})
		status, body := ask(t, ready)
		assert.Equal(t, 503, status)
		assert.Less(t, len(body), 1000)
		assert.NotContains(t, body, "<")
		assert.NotContains(t, body, "\n")
		assert.True(t, json.Valid([]byte(body)))
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

// However many ask, a check runs once at a time; who does not wait is told (D7).
func TestReadyCheckRunsOnceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := start(t, supervision.Limit{})
		var runs atomic.Int32
		ready := probes.Ready(s, probes.Check{Name: "slow", Run: func(context.Context) error {
			runs.Add(1)
			time.Sleep(10 * time.Millisecond)
			return nil
		}})
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() { says(t, ready, 200, `{"ok":true,"state":"running"}`) })
		}
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			status, body := askIn(ctx, ready)
			assert.Equal(t, 503, status)
			assert.Contains(t, body, "context canceled")
		})
		all.Wait()
		assert.EqualValues(t, 1, runs.Load())
		says(t, ready, 200, `{"ok":true,"state":"running"}`)
		assert.EqualValues(t, 2, runs.Load())
		require.NoError(t, s.Shutdown(context.Background()))
	})
}

func TestHeaders(t *testing.T) {
	w := httptest.NewRecorder()
	probes.Live(new(probes.Later)).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
}
