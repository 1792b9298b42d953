// Package pool spreads messages over workers, actors of one kind under a
// supervisor of their own.
//
//	resizers := pool.New(pool.Spec[Image]{
//		Name:   "resizers",
//		Size:   4,
//		Worker: actor.Spec[Image]{New: actor.Make(NewResizer)},
//	})
//	… supervision.Child{Process: resizers.Supervisor} …
//
//	err := resizers.Send(ctx, image)
//
// A pool has an address, [Pool.Ref], which is used like an actor's: it can be sent
// to, asked with actor.Ask, given to others, and compared.
//
// # Routes
//
// Spec.Route says who gets a message: each worker in turn, any one, the one with
// the least to do, the one that the message's key belongs to, or all. See [Route].
// The sender chooses, and puts the message into the worker's mailbox itself: no
// other actor and no queue stand in between, and nothing is allocated. What
// happens when that mailbox is full is its policy, as for any actor; a sender that
// waits for room there does not look for another worker, but under [LeastLoaded]
// comes to a full one only if all are.
//
// Workers that are down are passed over: those being restarted as long as there
// is somebody else, and those that have ended in any case. If all are being
// restarted messages wait. If all have ended the error is [ErrEmpty], and
// [actor.ErrStopped] when the pool itself has ended. What was in a worker's
// mailbox waits there for its restart; when it is not restarted it is dead
// letters. Keys are another matter, see [ByKey].
//
// # Pulling
//
// With [Pull] a message is a job that waits in a queue until a worker is free:
//
//	pool.Spec[Image]{Name: "resizers", Route: pool.Pull, Attempts: 3, …}
//
// It is done when Receive has returned nil. If the worker fails at it, is
// abandoned, or ends in whatever way, it is given to another one, ahead of those
// that wait; so a job is handled at least once, and it may be more than once. One
// that has made workers fail Attempts times is poisonous: it becomes a dead letter
// with [actor.ReasonFailed], which Worker.DeadLetters is given with a *[JobError].
// Each attempt is a restart, which counts against Supervisor.Limit: allow for
// them.
//
// A result is an answer. Who wants it asks the pool, and gets that of the worker
// that has succeeded, the *JobError, or [actor.ErrNoReply] if the worker has not
// answered when its Receive returns nil.
//
// The queue is bounded by Capacity. When it is full Send waits, TrySend and a
// worker of the same pool are refused with [actor.ErrMailboxFull]. It outlives
// restarts of the pool's supervisor; when the pool ends, what waits is dead
// letters. In the tree it is the workers' sibling "queue".
//
// # Size
//
// [Pool.Resize] adds workers, and takes some away when they have handled what
// waits for them.
//
// # Concurrency
//
// Everything here may be used from any goroutine at once, handlers among them.
// Senders read the list of workers, which never changes, through an atomic pointer,
// and take no lock, but under Pull that of the queue, which is never held while
// user code runs. What a sender sends to a pool arrives in order only if it gets to
// one worker, as what has one key does; a resize in between can change that one.
package pool
