//go:build !yields

// Package yield marks the points of the framework at which another goroutine can
// make a difference: between the steps of a lock-free protocol, and where what
// was just looked at may change.
//
// In an ordinary build a point is nothing at all. With the build tag yields it
// gives way to other goroutines now and then, by a pseudo-random sequence that
// Seed begins. A test that runs under that tag with many seeds visits schedules
// which the runtime's own scheduler hardly ever makes; "make yields" does.
package yield

// Point may let other goroutines run.
func Point() {}
