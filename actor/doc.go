// Package actor provides actors: values that handle messages one at a time,
// need no locks, and can be stopped, restarted and supervised.
//
// An actor is anything with a Receive method:
//
//	greeter := actor.New(actor.Spec[string]{Name: "greeter", New: actor.Make(NewGreeter)})
//
// New declares it. Its address, greeter.Ref, is valid at once: it can be given
// to others and sent to, and messages wait until the actor is started. A
// supervisor or a system does that; see packages supervision and system.
//
//	err := greeter.Send(ctx, "world")
//
// Messages and answers have types that the compiler checks. An actor that takes
// several kinds of message declares an interface for them. To be asked, it takes
// a message with a [Reply] in it:
//
//	n, err := actor.Ask(ctx, counter.Ref, func(r actor.Reply[int]) Msg { return Get{r} })
//
// # Life
//
// Each start makes a new incarnation: Spec.New is called, and nothing is left
// of the state before. The address and the messages that wait stay. What
// Receive returns decides how it goes on:
//
//	nil            with the next message
//	ErrStop        not at all: a normal end
//	ErrShutdown    as if the actor had been asked to stop
//	another error  not at all: a failure, which the parent is told of
//
// A panic and runtime.Goexit are failures too. The message that was being
// handled is not delivered again. See [Kind] for all the ways to end.
//
// At the end no more messages are taken, the context is cancelled and timers are
// called off; then children are stopped, last started first; then the stop hook
// runs, see [Stopper]; then questions without an answer fail, and the parent is
// told. When the address ends as well, what waits becomes dead letters, then the
// registered name is free, then Done is closed.
//
// # Stopping in time
//
// Stop says how long an end may take, and it takes no longer. A goroutine cannot
// be killed, so user code that does not return is abandoned: the actor goes on
// without it, or ends, and the [AbandonedError] says where it was. The code
// runs on, but what it does through its context, contexts derived from that, its
// [Self], and the Replies that it was given has no effect any more. What it does
// through other contexts, or with TrySend, which takes none, cannot be held
// back. A fatal error of the Go runtime, such as a concurrent map write, cannot
// be held back either.
//
// # Children
//
// An actor starts children through its [Self]. What happens to them comes back
// as messages of its own type, ahead of its mailbox:
//
//	self.Start(child, func(e actor.Event) Msg { return ChildEvent{e} })
//
// A supervisor is no more than an actor that does this; any actor may.
//
// # Waiting
//
// Only two things make a handler wait for another actor: Ask, and Send to a full
// mailbox whose policy is to block. When such waits form a cycle nobody would
// ever go on, so the call that closes it fails with a [DeadlockError], which
// names the cycle. The caller is known by its context. A goroutine that a
// handler starts, and that asks with the handler's context, is taken for the
// handler while that is running, so it too is told of a deadlock if the actor
// that it asks is waiting for the handler's.
//
// # Concurrency
//
// Process, Ref and Reply may be used from any goroutine. Self is meant for
// New and Receive, but its methods may be called from other goroutines as well,
// apart from DeferStart and TrapStop, which belong in New.
//
// New, Receive, the stop hook, and the functions given to Self.Start and
// TrapStop run one at a time, though not always on the same goroutine: each
// call synchronizes before the next one, also across incarnations, unless it was
// abandoned. An actor that has nothing to do holds no goroutine.
//
// Messages of one sender to one actor are handled in the order in which they
// were sent, each at most once. A Send synchronizes before the call of Receive
// that gets its message, and the answer to an ask before the return of Ask.
// Control traffic (starts, stops, children's events, timers) comes before
// messages, and is never held up by a full mailbox. An actor that keeps itself
// busy with timers that are due at once therefore never gets to its messages.
//
// Every message that was sent is in one of Info.Handled, DeadLettered, Rejected
// and Depth. A Send that runs while the address ends may return nil; its message
// is a dead letter then.
//
// The package has no global state and no goroutine of its own, so actors that
// are started inside a testing/synctest bubble live in its virtual time.
package actor
