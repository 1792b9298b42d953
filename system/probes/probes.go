package probes

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/understudy-go/understudy/system"
)

// Within is how long a handler waits for supervisors and checks. It is less than
// the second that Kubernetes waits for a probe unless it is told otherwise.
const Within = 800 * time.Millisecond

// A System is what is asked about: a *[system.ActorSystem], or a [Later].
type System interface {
	State() system.State
	// Answers returns nil when those at the top of the system answer in time.
	Answers(ctx context.Context) error
}

// A Later is a system that is not there yet: it is starting until Set is called.
// The zero value is ready to use.
type Later struct {
	system atomic.Pointer[system.ActorSystem]
}

// Set says which system it is.
func (l *Later) Set(s *system.ActorSystem) { l.system.Store(s) }

// State implements [System].
func (l *Later) State() system.State {
	if s := l.system.Load(); s != nil {
		return s.State()
	}
	return system.StateStarting
}

// Answers implements [System].
func (l *Later) Answers(ctx context.Context) error {
	if s := l.system.Load(); s != nil {
		return s.Answers(ctx)
	}
	return nil
}

// Live returns a handler that says whether the system is alive. It is not when
// it has ended, or when a supervisor at its top does not answer in the
// time [Within]. A system that starts or stops is alive, since to end it then
// would help nobody; how long that may take is Config's to say.
func Live(s System) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		state := s.State()
		a := answer{State: state.String()}
		switch state {
		case system.StateStopped:
		case system.StateRunning:
			ctx, cancel := context.WithTimeout(r.Context(), Within)
			defer cancel()
			err := s.Answers(ctx)
			if err != nil && s.State() == system.StateRunning { // else it has ended meanwhile
				a.fail("supervisors", err)
			}
			a.OK = len(a.Failed) == 0
		default:
			a.OK = true
		}
		a.write(w)
	})
}

// Ready returns a handler that says whether the system is to be given work: it
// runs, is not about to end, and no check fails. The checks run side by side.
func Ready(s System, checks ...Check) http.Handler {
	running := make([]*checker, len(checks))
	for i, c := range checks {
		running[i] = &checker{Check: c}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var a answer
		if s.State() == system.StateRunning {
			a.check(r.Context(), running)
		}
		// What was asked last counts: the checks have taken their time.
		state := s.State()
		a.State = state.String()
		a.OK = state == system.StateRunning && len(a.Failed) == 0
		a.write(w)
	})
}

// An answer is the body of one.
type answer struct {
	OK     bool      `json:"ok"`
	State  string    `json:"state"`
	Failed []failure `json:"failed,omitempty"`
}

type failure struct {
	Name  string `json:"name"`
	Error string `json:"error"`
}

// fail adds what has failed.
func (a *answer) fail(name string, err error) {
	a.Failed = append(a.Failed, failure{clip(name), clip(text(err))})
}

// write writes the answer. Package json escapes what could be taken for markup.
func (a *answer) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if !a.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(a) //nolint:errchkjson // texts can be encoded, and whoever asked may have gone
}

// text is what an error says, also if its method panics.
func text(err error) (s string) {
	defer func() {
		if recover() != nil {
			s = "an error that cannot be read"
		}
	}()
	return err.Error()
}

// clip bounds a text.
func clip(s string) string {
	const most = 256
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
