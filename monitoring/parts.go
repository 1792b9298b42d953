package monitoring

import (
	"slices"
	"sync"
)

// Expect says that the start or the stop of the supervisor at path is a step of
// an incident that is being recorded. What that supervisor itself reports of
// it, an Incident whose Directive is "start" or "shutdown", is kept until the
// incident with that step is reported, and its spans then stand under the
// step's: one trace shows the whole tree. Expect is to be called before the
// supervisor is told to start or to stop.
func (t *Telemetry) Expect(path string) {
	if t != nil {
		t.parts.expect(path)
	}
}

// parts holds what has been reported of starts and stops that are parts of
// incidents which are not over.
type parts struct {
	size int // how many may be held

	mu     sync.Mutex           // protects what follows
	held   int                  // reports in byPath
	byPath map[string][]*report // an entry, maybe an empty one, for each path that is expected
}

func (p *parts) expect(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.byPath[path]; ok || len(p.byPath) >= p.size {
		return
	}
	if p.byPath == nil {
		p.byPath = make(map[string][]*report)
	}
	p.byPath[path] = nil
}

// hold keeps a report that is part of another one. It returns false if it is
// none, or there is no room.
func (p *parts) hold(r *report) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := r.in.Failure.Path
	if _, ok := p.byPath[path]; !ok || p.held >= p.size {
		return false
	}
	p.held++
	p.byPath[path] = append(p.byPath[path], r)
	return true
}

// take returns what is held for the steps of an incident that is over, by
// their indexes. Nothing more is expected for them.
func (p *parts) take(in *Incident) map[int]*report {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.byPath) == 0 {
		return nil
	}
	var taken map[int]*report
	for i := range in.Steps {
		step := &in.Steps[i]
		held := p.byPath[step.Path]
		k := slices.IndexFunc(held, func(r *report) bool { return r.in.Directive == partOf[step.Kind] })
		if k < 0 {
			continue
		}
		if taken == nil {
			taken = make(map[int]*report)
		}
		taken[i] = held[k]
		p.byPath[step.Path] = slices.Delete(held, k, k+1)
		p.held--
	}
	for i := range in.Steps {
		p.held -= len(p.byPath[in.Steps[i].Path])
		delete(p.byPath, in.Steps[i].Path)
	}
	return taken
}

// partOf is the directive of the incident that a step of that kind can hold.
var partOf = map[StepKind]string{StepStop: directiveShutdown, StepStart: directiveStart}

// release returns all that is held.
func (p *parts) release() []*report {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*report
	for _, held := range p.byPath {
		all = append(all, held...)
	}
	p.byPath, p.held = nil, 0
	return all
}
