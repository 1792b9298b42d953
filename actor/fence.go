package actor

import (
	"sync/atomic"

	"github.com/understudy-go/understudy/internal/yield"
)

// A fence tells whether user code of an incarnation is running, and lets
// another goroutine cut it off.
//
// The word is even while the framework runs and odd while user code does; it
// grows with every change, so that an odd value names one call. A goroutine
// that wants to abandon user code swaps the odd value it saw for the same
// value with the top bit set. From then on the run belongs to that goroutine.
// The one that comes back from user code fails to leave, and touches nothing
// but its own stack any more. Since both sides swap the same word, exactly one
// of them goes on, and what the runner wrote before it entered is visible to
// the one that abandons it.
type fence struct{ word atomic.Uint64 }

const cut = 1 << 63

// everCut tells whether any user code of this program was ever cut off. It is
// set before the first fence is cut, and spares those who send the look whether
// they have been.
var everCut atomic.Bool

// enter is called by the run loop before it calls user code.
func (f *fence) enter() { f.word.Store(f.word.Load() + 1) }

// leave is called by the run loop after user code has returned. False means
// that the incarnation was abandoned.
func (f *fence) leave() bool {
	w := f.word.Load()
	yield.Point()
	return w&cut == 0 && f.word.CompareAndSwap(w, w+1)
}

// abandon cuts a call of user code off if it is running. 0 is none.
func (f *fence) abandon(call uint64) bool {
	if call == 0 || f.word.Load() != call {
		return false
	}
	yield.Point()
	everCut.Store(true)
	return f.word.CompareAndSwap(call, call|cut)
}

// shut cuts off what runs beside the run loop, and does not enter.
func (f *fence) shut() {
	everCut.Store(true)
	f.word.Or(cut)
}

// call returns the number of the call of user code that is running, or 0.
func (f *fence) call() uint64 {
	if w := f.word.Load(); w&1 == 1 && w&cut == 0 {
		return w
	}
	return 0
}

// last returns the number of the last call of user code that was made, whether
// it has returned or was abandoned.
func (f *fence) last() uint64 {
	w := f.word.Load() &^ cut
	return w - 1 + w&1
}

// isCut reports whether the incarnation was abandoned.
func (f *fence) isCut() bool { return f.word.Load()&cut != 0 }
