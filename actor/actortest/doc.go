// Package actortest tests actors: alone, with others that the test plays, and in
// a supervised system.
//
//	NewAsk      a question asked by hand, for a Receive called like any method
//	NewProbe    an actor that the test plays: it has an address, and expectations
//	NewSolo     one actor alone, step by step, with what it asks of its Self
//	NewSystem   a system that is stopped and checked when the test ends
//	NewRecorder what the supervisors of a system do; NewSystem has one
//	Inject      the same actor, failing when the test says so
//	Advance     time, as much as the test wants
//
// An actor that needs no Self is a value with a method, and so is its test:
//
//	get := actortest.NewAsk[int](t)
//	err := counter.Receive(ctx, Get{get.Reply})
//	n := get.Value()
//
// For all others there is docs/testing.md, which goes from one message to timers,
// restarts and timeouts.
//
// # Time
//
// What takes time in a program takes none in a bubble of testing/synctest: there
// time passes when everything is at rest. Everything of this package may be used
// in one, if it was made there; NewSolo and Advance need one. What an expectation
// waits for is bounded, by 3 seconds unless its Within says otherwise. In a bubble
// these are seconds of virtual time, in which timers come due.
//
// # Failures
//
// What is not as expected ends the test, and the failure shows what was got and
// what was wanted, where they differ, and what else had come. Expectations belong
// to the test's own goroutine, as testing.TB's Fatalf does. What a test starts it
// need not stop: that is done when it ends, by testing.TB's Cleanup, last started
// first.
//
// # Concurrency
//
// The addresses and replies may be used from any goroutine, and the functions
// that Probe.Answer and Faults are given are called on those of the actors. What
// an actor has done before it sends to a probe synchronizes before the expectation
// that takes the message, and what it has done before a step of a Solo is over
// synchronizes before the return of that step. What a test does before it lets
// time pass does not synchronize before what a timer has the actor do then: what
// both use without a lock, such as a buffer that the actor writes to, is looked at
// when the actor writes no more.
package actortest
