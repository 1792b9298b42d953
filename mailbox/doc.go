// Package mailbox provides queues: bounded ones that say what happens when they
// are full, and others.
//
// A mailbox is made, offered elements and emptied:
//
//	box, err := mailbox.New[string](mailbox.Config{})
//	box.Offer("hello")
//	v, ok := box.Take()
//	fmt.Println(v, ok)
//	// Output: hello true
//
// Neither [Mailbox.Offer] nor [Mailbox.Take] ever blocks. The zero [Config]
// is a mailbox of [DefaultCapacity] elements; its buffer is allocated when
// the first element arrives, so a mailbox that nobody writes to costs little.
//
// # When it is full
//
// The [Overflow] policy is the part of a bounded queue that is worth a
// thought, because it decides who pays when producers outrun the consumer:
//
//	Block       the producer waits          nothing is lost
//	Reject      the producer gets an error  the producer knows, and decides
//	DropNewest  the arriving element        what is queued is worth more
//	DropOldest  the element queued longest  what is fresh is worth more
//
// Offer reports the decision as an [Outcome]. An element that was evicted to
// make room comes back as Offer's second result, so that the caller can count
// it, log it or send it elsewhere:
//
//	box, err := mailbox.New[int](mailbox.Config{Capacity: 2, Overflow: mailbox.DropOldest})
//	box.Offer(1)
//	box.Offer(2)
//	outcome, evicted := box.Offer(3)
//	fmt.Println(outcome, evicted)
//	// Output: dropped oldest 1
//
// # Without a bound, and by priority
//
// An [Unbounded] queue takes whatever comes, a [Priority] queue too and hands it
// out by importance. With [Mailbox] they have what an actor needs in common, which is
// a [Queue]. What follows is about Mailbox.
//
// # Waiting
//
// [Mailbox.Put] is Offer for a caller that is ready to wait: under Block it
// waits for room until its context is done, and then returns the context's
// cause. [Mailbox.Receive] is Take for a caller that is ready to wait.
// A producer that has more to wait for than room and a context uses Offer
// first and, if the outcome is [Full], puts [Mailbox.C] into a select of its
// own:
//
//	if outcome, _ := box.Offer(v); outcome == mailbox.Full {
//		select {
//		case box.C() <- v:
//		case <-stopped:
//		case <-ctx.Done():
//		}
//	}
//
// # No element is lost without a trace
//
// Every element that was offered is in exactly one place: taken, still
// queued, refused, or evicted; the last two were told to the producer.
// [Mailbox.Stats] gives the same account in numbers.
//
// There is no Close. A mailbox outlives the goroutines that empty it, and a
// channel that is never closed is one that no sender can panic on. Whoever
// ends the use of a mailbox takes what is left; the garbage collector does
// the rest.
//
// # Concurrency
//
// All methods may be called by any number of goroutines at the same time.
// The mailbox is laid out for many producers and one consumer: what the
// consumer writes lies on another cache line than what producers read.
//
// Elements of one producer are taken in the order in which that producer put
// them in. Between producers the order is the one in which their elements
// entered the mailbox. Producers that wait are served first come, first
// served, and no Offer overtakes them.
//
// In the terms of the Go memory model, the Offer, Put or send on C that
// stores an element synchronizes before the Take or Receive that returns it,
// or the Offer or Put that evicts it. A Take that finds nothing, a Len and a
// Stats order nothing: a consumer that wants to sleep when the mailbox is
// empty needs a counter or a flag of its own to agree with the producers
// about who wakes it.
//
// Under Block, Reject and DropNewest an Offer that finds room is one atomic
// load and one operation on a channel. Take adds an atomic increment that it
// shares with no producer. Under DropOldest producers also take a mutex, so
// that an eviction and the send it makes room for are one step; nothing ever
// waits while it is held.
package mailbox
