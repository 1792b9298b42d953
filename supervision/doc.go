// Package supervision keeps actors running. A supervisor starts its children in
// order, is told when one of them ends, and decides by its spec what happens:
//
//	sup := supervision.New(supervision.Spec{
//		Name:     "workers",
//		Strategy: supervision.RestForOne,
//		Children: []supervision.Child{{Process: store}, {Process: api}},
//	})
//
// When store crashes, api is stopped, store is started with fresh state, then
// api. Their addresses stay valid all along, and messages wait.
//
// # Deciding
//
// Three things decide, in this order. The child's restart type says whether
// its end means a restart at all: [Permanent] children always come back,
// [Transient] ones after an abnormal end, [Temporary] ones never. The
// supervisor's strategy says who is restarted along: nobody ([OneForOne]), all
// ([OneForAll]), or those that were started after ([RestForOne]). The limit
// says when it is enough: more than so many restarts within a sliding window
// and the supervisor stops its children and ends itself, with an
// [IntensityError]. That end is a failure its own supervisor decides on, and so
// on up to the root, whose end is that of the system.
//
// A [Backoff] delays restarts, more so each time.
//
// # Stopping
//
// Children are stopped last first, each with its own [Shutdown] policy:
// [Graceful] waits that long, [Immediate] gives no time, [Infinity] waits for
// as long as it takes. A child that does not end in time is abandoned and named
// in the error. Whoever stops the supervisor may set one deadline over all of
// them, which cuts the policies short.
//
// # Children
//
// A child is anything that implements actor.Child: actors, supervisors, and
// what [FromFunc] and [FromServer] make of functions and servers. Children of
// different message types stand in one list. [StartChild], [TerminateChild],
// [RestartChild] and [DeleteChild] change a running supervisor's list;
// [Children], [Count] and [Lookup] read it. [NewDynamic] declares a supervisor
// for children that come and go; package pool makes one of workers that are all
// alike, and spreads messages over them.
//
// # Concurrency
//
// Specs are plain data and are copied by [New]; they must not be changed by
// another goroutine during the call. All functions that take the address of a
// supervisor may be called from any goroutine, also from handlers; they send
// it a message and wait for the answer, or until ctx is done. The supervisor
// itself never blocks: while a child starts, stops, or waits for its restart,
// it answers others. Decisions are made one after another, in the order in
// which the ends arrive.
package supervision
