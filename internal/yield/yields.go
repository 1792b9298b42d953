//go:build yields

// Package yield gives way at the points; see the other file.
package yield

import (
	"runtime"
	"sync/atomic"
)

// state is that of a SplitMix64 sequence. It is global, as the points are: a build
// with this tag is made for one test at a time.
var state atomic.Uint64

// Seed begins another sequence. On a single processor the schedule follows from it
// but for the runtime's own preemption.
func Seed(seed uint64) { state.Store(seed * increment) }

// Points returns how many points have been passed since Seed.
func Points(seed uint64) uint64 { return (state.Load() - seed*increment) * inverse }

// Point lets other goroutines run: at every fourth point on average, up to four
// times in a row.
func Point() {
	z := state.Add(increment)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	if z&3 != 0 {
		return
	}
	for range z>>2&3 + 1 {
		runtime.Gosched()
	}
}

// increment is odd, so the sequence passes through all values; inverse undoes the
// multiplication with it.
const increment = 0x9e3779b97f4a7c15

var inverse = func() uint64 {
	x := uint64(increment)
	for range 6 { // Newton's method doubles the bits that are right
		x *= 2 - increment*x
	}
	return x
}()
