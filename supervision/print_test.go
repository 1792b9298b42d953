package supervision

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/monitoring"
)

// print puts an action into the words of the transcripts.
func (s *script) print(a action) []string {
	switch a := a.(type) {
	case doStart:
		return []string{fmt.Sprintf("start %s#%d", a.id, s.short[a.epoch])}
	case doStop:
		line := fmt.Sprintf("stop %s %s", a.id, span(a.within))
		if a.again {
			line += " to restart"
		}
		return []string{line}
	case doCheck:
		return []string{fmt.Sprintf("check %s %s", a.id, span(a.within))}
	case doArm:
		return []string{fmt.Sprintf("arm %s %s", a.id, span(a.after))}
	case doDisarm:
		for id, token := range s.tokens {
			if token == a.token {
				return []string{"disarm " + id}
			}
		}
		return []string{"disarm unknown"}
	case doAgain:
		return []string{"again " + a.id}
	case doReply:
		return []string{fmt.Sprintf("reply %s: %s", s.reqs[a.req], outcome(a.err))}
	case doRetire:
		return []string{fmt.Sprintf("retire %s: %v", a.process.Name(), a.cause)}
	case doReady:
		return []string{"ready: " + outcome(a.err)}
	case doExit:
		if k, ok := a.err.(actor.Kinder); ok { //nolint:errorlint // of this very error
			return []string{fmt.Sprintf("exit as %v: %v", k.ExitKind(), a.err)}
		}
		return []string{"exit: " + outcome(a.err)}
	case doEmit:
		if s.events {
			return []string{emitted(a.event)}
		}
	case doExpect:
		if s.incidents {
			return []string{"expect " + a.path}
		}
	case doReport:
		if s.incidents {
			return s.incident(a.incident)
		}
	}
	return nil
}

// outcome is an error in one line; a command's is told by its cause alone.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	if c, ok := errors.AsType[*ChildError](err); ok && err == error(c) { //nolint:errorlint // a command's, not one that a start failed with
		carries := ""
		if errors.Is(err, ErrAlreadyStarted) {
			carries = ", carries " + c.Process.Name()
		}
		return c.Err.Error() + carries
	}
	return err.Error()
}

func span(d time.Duration) string {
	if d == actor.Forever {
		return "forever"
	}
	return d.String()
}

func emitted(ev monitoring.SupervisionEvent) string {
	w := []string{"event", ev.Kind.String()}
	if ev.Child != "" {
		w = append(w, ev.Child)
	}
	if ev.Incarnation > 0 {
		w = append(w, fmt.Sprintf("incarnation=%d", ev.Incarnation))
	}
	if ev.Restarts > 0 {
		w = append(w, fmt.Sprintf("restarts=%d", ev.Restarts))
	}
	if ev.Reason != "" {
		w = append(w, "reason="+ev.Reason)
	}
	if ev.MaxRestarts > 0 {
		w = append(w, fmt.Sprintf("max=%d/%v", ev.MaxRestarts, ev.Window))
	}
	if len(ev.Affected) > 0 {
		w = append(w, ev.Strategy, "affected="+strings.Join(ev.Affected, ","))
	}
	if ev.Err != nil {
		w = append(w, fmt.Sprintf("err=%q", ev.Err))
	}
	return strings.Join(w, " ")
}

func (s *script) incident(in *monitoring.Incident) []string {
	at := func(from, to time.Time) string { return fmt.Sprintf("%v..%v", from.Sub(s.start), to.Sub(s.start)) }
	head := fmt.Sprintf("incident %s %s %s restarts=%d/%d %s", in.Directive, in.Failure.Name, in.Failure.Kind,
		in.Restarts, in.MaxRestarts, at(in.Begin, in.End))
	if len(in.Affected) > 0 {
		head += " affected=" + strings.Join(in.Affected, ",")
	}
	if at := in.Failure.At; !at.IsZero() && !at.Equal(in.Begin) {
		head += fmt.Sprintf(" failed at %v", at.Sub(s.start))
	}
	if in.Failure.Starting {
		head += fmt.Sprintf(" starting linked=%v", !in.Failure.Previous.IsZero())
	}
	if in.Restarted {
		head += " restarted"
	}
	if in.Err != nil {
		head += fmt.Sprintf(" err=%q", in.Err)
	}
	out := []string{head}
	for _, step := range in.Steps {
		line := "  "
		if step.Under >= 0 {
			line = "    "
		}
		line += step.Kind.String()
		if step.Child != "" {
			line += fmt.Sprintf(" %s#%d", step.Child, step.Incarnation)
		}
		if step.Type != "" {
			line += " type=" + step.Type
		}
		line += " " + at(step.Begin, step.End)
		if step.Reason != "" {
			line += " " + step.Reason
		}
		if step.Err != nil {
			line += fmt.Sprintf(" err=%q", step.Err)
		}
		out = append(out, line)
	}
	return out
}

func (s *script) list() []string {
	var out []string
	for c := range s.m.list() {
		line := fmt.Sprintf("%s %v", c.ID, c.State)
		if c.Restarts > 0 {
			line += fmt.Sprintf(" restarts=%d", c.Restarts)
		}
		if c.LastError != nil {
			line += fmt.Sprintf(" last=%q", c.LastError)
		}
		if !c.Health.IsHealthy() {
			line += fmt.Sprintf(" health=%q", c.Health)
		}
		line += fmt.Sprintf(" since=%v", c.Since.Sub(s.start))
		out = append(out, line)
	}
	return out
}
