package actor

import (
	"slices"
	"sync"
	"time"
)

// keptLetters is how many dead letters a system remembers.
const keptLetters = 1000

// A LetterRecord is a dead letter as the system remembers it: without the
// message itself, which only the actor's own Spec.DeadLetters is given.
type LetterRecord struct {
	To      string // the receiver's path
	Type    string // the receiver's type
	Message string // the message's type
	Reason  DropReason
	At      time.Time
}

// letters remembers a system's dead letters: all of them as a number, the last
// ones as records. The zero value is empty.
type letters struct {
	mu     sync.Mutex
	counts [len(reasonNames)]uint64 // protected by mu
	ring   []LetterRecord           // protected by mu
	next   int                      // protected by mu: where the next record goes once the ring is full
}

func (l *letters) add(r LetterRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[r.Reason]++
	if len(l.ring) < keptLetters {
		l.ring = append(l.ring, r)
		return
	}
	l.ring[l.next] = r
	l.next = (l.next + 1) % keptLetters
}

// DeadLetters is what a system remembers of its dead letters.
type DeadLetters struct {
	Counts map[DropReason]uint64 // all there were, by reason
	Recent []LetterRecord        // the last 1000, oldest first
}

// Total is how many dead letters there were.
func (d DeadLetters) Total() (n uint64) {
	for _, c := range d.Counts {
		n += c
	}
	return n
}

// DeadLetters returns what the system remembers of its dead letters, as of one
// moment.
func (r *Runtime) DeadLetters() DeadLetters {
	l := &r.letters
	l.mu.Lock()
	defer l.mu.Unlock()
	d := DeadLetters{Counts: make(map[DropReason]uint64, len(l.counts))}
	for reason, n := range l.counts {
		if n > 0 {
			d.Counts[DropReason(reason)] = n
		}
	}
	d.Recent = slices.Concat(l.ring[l.next:], l.ring[:l.next])
	return d
}
