package main

import "sync"

// A Journal is what happened, in order. All workers write to the same one.
type Journal struct {
	mu    sync.Mutex
	lines []string // protected by mu
}

// Note adds a line.
func (j *Journal) Note(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

// Take returns the lines written since the last Take.
func (j *Journal) Take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}
