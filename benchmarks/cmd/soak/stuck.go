package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/understudy-go/understudy/actor"
)

const (
	// mostStuck is how many handlers may be stuck at a time.
	mostStuck = 100
	// mostForEver is how many of them until the end.
	mostForEver = 40
	// lateness is how long a stuck handler goes on after it was told to stop: far
	// longer than it is given.
	lateness = 10 * given
)

// An incarnation of a member, by its path.
type incarnation struct {
	path   string
	number uint64
}

// stickers are the incarnations that are stuck on purpose, and those of them
// that were abandoned and still have to be named, or the other way round.
type stickers struct {
	probe   *member       // has its sends refused who was abandoned
	release chan struct{} // closed when everything is over

	mu      sync.Mutex // protects what follows
	now     int        // stuck at present
	forEver int        // those of them that wait for release
	open    map[incarnation]*sticker
	began   uint64
	settled uint64 // abandoned and named
	escaped uint64 // came back before they were cut off
	others  uint64 // named, and not stuck on purpose
	unmade  uint64 // named while they started or handled a message: no stop hook has run
	late    uint64 // named while they stopped: it may have run
}

type sticker struct{ back, named bool }

func newStickers() *stickers {
	return &stickers{release: make(chan struct{}), open: make(map[incarnation]*sticker)}
}

// stick does not come back before the incarnation was cut off, or everything is
// over.
func (s *stickers) stick(ctx context.Context, l *life, forEver bool) {
	who := incarnation{l.Path(), l.number}
	if !s.begin(who, &forEver) {
		return
	}
	told := ctx.Done()
	if forEver {
		told = nil
	}
	select {
	case <-told:
		late := time.NewTimer(lateness)
		select {
		case <-late.C:
		case <-s.release:
			late.Stop()
		}
	case <-s.release:
	}
	// An abandoned incarnation has no way to act any more. The probe stops last,
	// so that one which has stopped says the same.
	err := s.probe.send(ctx, job{})
	s.end(who, forEver, errors.Is(err, actor.ErrAbandoned) || errors.Is(err, actor.ErrStopped))
}

// begin notes that an incarnation is stuck, unless too many are. One that would
// be for ever is so only if there are few of them.
func (s *stickers) begin(who incarnation, forEver *bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == mostStuck {
		return false
	}
	if *forEver = *forEver && s.forEver < mostForEver; *forEver {
		s.forEver++
	}
	s.now++
	s.began++
	s.open[who] = &sticker{}
	return true
}

// end notes that its handler has come back.
func (s *stickers) end(who incarnation, forEver, abandoned bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
	if forEver {
		s.forEver--
	}
	if !abandoned {
		s.escaped++
		delete(s.open, who)
		return
	}
	s.open[who].back = true
	s.settle(who)
}

// name notes that an abandoned incarnation was named.
func (s *stickers) name(e *actor.AbandonedError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.State == "stopping" {
		s.late++
	} else {
		s.unmade++
	}
	who := incarnation{e.Path, e.Incarnation}
	o, ok := s.open[who]
	if !ok {
		s.others++
		return
	}
	o.named = true
	s.settle(who)
}

// settle forgets an incarnation that is back and was named. mu is held.
func (s *stickers) settle(who incarnation) {
	if o := s.open[who]; o.back && o.named {
		delete(s.open, who)
		s.settled++
	}
}

// unnamed returns the incarnations that were never named, some of them.
func (s *stickers) unnamed() (some []incarnation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for who, o := range s.open {
		if !o.named && len(some) < 5 {
			some = append(some, who)
		}
	}
	return some
}

// count returns how many are stuck at present.
func (s *stickers) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}
