package mailbox

// A Queue is what an actor needs of its mailbox. [Mailbox], [Unbounded] and
// [Priority] are queues.
type Queue[T any] interface { //nolint:interfacebloat // what every mailbox does
	// Offer stores v if it can do so without waiting. It never blocks.
	Offer(v T) (outcome Outcome, evicted T)
	// C is the channel for a producer that waits for room; nil if none ever
	// has to.
	C() chan<- T
	// Take removes the element that is next, or returns false if there is none.
	// It never blocks.
	Take() (v T, ok bool)
	// Len is the number of elements queued.
	Len() int
	// Cap is the number of elements that can be queued; zero means that there
	// is no bound.
	Cap() int
	// Stats says what has gone through the queue.
	Stats() Stats
}

// NewQueue returns the empty queue that c describes. Its error, if any, is that of
// [Config.Validate].
func NewQueue[T any](c Config) (Queue[T], error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Kind == NoBound {
		return new(Unbounded[T]), nil
	}
	return New[T](c)
}
