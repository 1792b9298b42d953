// Package system runs a tree of supervised actors.
//
//	sys, err := system.Start(ctx, system.Config{Name: "tally", Root: supervision.Spec{
//		Children: []supervision.Child{{Process: counter}},
//	}})
//	...
//	defer sys.Shutdown(ctx)
//
// [Start] returns when every child is ready, or with the reason why one is not;
// then nothing runs. [Run] does the same for a program that lives until it is
// told to end. [Spawn] adds actors while the system runs, [Lookup] finds those
// that are registered by a unique name, [ActorSystem.Tree] shows what there is.
//
// A program may have several systems; they share nothing.
//
// # Ending
//
// [ActorSystem.Shutdown] stops what was spawned, then the root's children, last
// first, within one deadline, and returns an error that names every actor that
// did not stop in time. If the root, or the supervisor of what was spawned, gives
// up because its restart limit is exceeded, the system ends by itself and
// [ActorSystem.Err] tells why.
//
// A shutdown goes through phases, in which a program has its own tasks done:
// before the tree is stopped, or after it.
//
//	err = sys.OnShutdown(system.PhaseRelease, system.Task{Name: "pool", Run: pool.Close})
//	...
//	return sys.Run(ctx) // until a signal, or ctx is done
//
// A [Phase] states its time, and a task that fails or is late is named in the
// error; see [Config] for phases of one's own. The first SIGINT or SIGTERM that
// Run gets begins the shutdown, the second ends the process.
//
// Shut the system down before the tracer provider that it uses, so that the
// last spans are exported.
//
// # Concurrency
//
// All functions and methods may be called from any goroutine. What Start does
// before it returns synchronizes before the first message that the system's
// actors receive from the caller; closing Done synchronizes after everything
// that the actors have done, abandoned ones aside. A running system holds one
// goroutine that waits for its end, and keeps at most as many as there are
// processors ready for runs; idle actors hold none. When Shutdown returns all of
// them have ended. The tasks of a phase have a goroutine each, and one that did
// not return in time still has.
package system
