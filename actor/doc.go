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
// What is to survive an incarnation lives outside of its state: with another
// actor, or in a variable around New. An actor that fails and wants the message
// in hand tried again leaves it there, and the next New has it handled first, by
// [Self.Continue]. What is left there by code that was abandoned needs a lock.
//
// At the end no more messages are taken, and the parent may be asked what it
// foresees, see [Self.Oversee]; the context is cancelled and timers are called
// off; then children are stopped, last started first; then the hooks run:
// PreRestart if another incarnation is to follow, see [Restarter], and Stopped
// in any case, see [Stopper]; then questions without an answer fail, and the
// parent is told. When the address ends as well, what waits becomes dead letters,
// then the registered name is free, then Done is closed and watchers are told.
//
// A parent's policy can spare an actor whose Receive has failed the whole of
// that: the incarnation resumes with the next message, its state as it is. Or
// the half of it: another incarnation takes its place, and its children live on
// as those of the new one. See [Prospect].
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
// A supervisor is no more than an actor that does this; any actor may. With
// [Self.Oversee] a parent has a policy as well, which is asked before an end
// begins. A child that can say how it fares is a [Checker]; an actor is asked
// between two messages, and answers by [HealthReporter].
//
// # Watching
//
// Any actor may watch any other, whatever its type of messages. The notice is a
// message of the watcher's own type again:
//
//	self.Watch(other, func(d actor.Down) Msg { return Lost{d.Path} })
//
// It comes once, when the address ends and not at restarts, after everything
// that the other had sent before. [Self.Link] ends the actor together with the
// other. Code outside of actors waits with [Await].
//
// Who is there at all can be kept in [Groups]: addresses by key, which leave when
// they end, and may be listed, followed and sent to.
//
// # Tools
//
// What an actor often needs is made of what it has, and belongs to the
// incarnation:
//
//	timers := actor.NewTimers[string](self)       messages for later, by key
//	timers.Every("poll", time.Second, Poll{})
//	self.OnIdle(time.Minute, Idle{})              when no messages come
//	self.Passivate(time.Hour)                     or end, when none do
//	self.Continue(Next{})                         ahead of all that wait
//	actor.Async(self, fetch, fetched)             a function beside the actor
//	actor.AskAsync(ctx, self, other, ask, asked)  a question that nobody waits for
//	actor.Adapt(self, adapt)                      the address for another type of messages
//	stash := actor.NewStash(self, 100)            messages put aside for later
//	actor.Behaviors, actor.Machine                different ways to handle messages
//
// Only what was sent belongs to the address: the stash is kept over a restart,
// ahead of the messages that wait, and adapters stay valid.
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
// New, Receive, Health, the hooks, and the functions given to Self.Start, Watch
// and TrapStop run one at a time, though not always on the same goroutine: each
// call synchronizes before the next one, also across incarnations, unless it was
// abandoned. An actor that has nothing to do holds no goroutine.
//
// Messages of one sender to one actor are handled in the order in which they
// were sent, each at most once. A Send synchronizes before the call of Receive
// that gets its message, and the answer to an ask before the return of Ask.
// Control traffic (starts, stops, children's events, timers, checks) comes before
// messages, and is never held up by a full mailbox. An actor that keeps itself
// busy with timers that are due at once therefore never gets to its messages.
//
// Every message that was sent is in one of Info.Handled, DeadLettered, Rejected,
// Depth and Stashed. A Send that runs while the address ends may return nil; its message
// is a dead letter then.
//
// The package has no global state and no goroutine of its own, so actors that
// are started inside a testing/synctest bubble live in its virtual time.
package actor
