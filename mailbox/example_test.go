package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/understudy-go/understudy/mailbox"
)

func Example() {
	box, err := mailbox.New[string](mailbox.Config{})
	if err != nil {
		log.Fatal(err)
	}
	box.Offer("hello")
	v, ok := box.Take()
	fmt.Println(v, ok)
	// Output: hello true
}

// A feed of prices: if the consumer falls behind, the freshest are worth most,
// and the producer learns which were given up.
func ExampleMailbox_Offer() {
	prices, err := mailbox.New[int](mailbox.Config{Capacity: 2, Overflow: mailbox.DropOldest})
	if err != nil {
		log.Fatal(err)
	}
	for _, price := range []int{101, 102, 103} {
		if outcome, evicted := prices.Offer(price); outcome == mailbox.DroppedOldest {
			fmt.Println("gave up", evicted)
		}
	}
	for price, ok := prices.Take(); ok; price, ok = prices.Take() {
		fmt.Println("handled", price)
	}
	// Output:
	// gave up 101
	// handled 102
	// handled 103
}

// Under Block, Put waits for room until its context is done, and returns why
// it was.
func ExampleMailbox_Put() {
	box, err := mailbox.New[string](mailbox.Config{Capacity: 1})
	if err != nil {
		log.Fatal(err)
	}
	box.Offer("first")

	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("the shop closes"))
	outcome, _, err := box.Put(ctx, "second")
	fmt.Printf("%v: %v\n", outcome, err)
	// Output: rejected: the shop closes
}

// A producer that waits for more than room and a context has a select of its
// own.
func ExampleMailbox_C() {
	box, err := mailbox.New[string](mailbox.Config{Capacity: 1})
	if err != nil {
		log.Fatal(err)
	}
	box.Offer("first")

	stopped := make(chan struct{})
	close(stopped)
	if outcome, _ := box.Offer("second"); outcome == mailbox.Full {
		select {
		case box.C() <- "second":
			fmt.Println("sent")
		case <-stopped:
			fmt.Println("the consumer has stopped")
		}
	}
	// Output: the consumer has stopped
}

// A consumer on a goroutine of its own ends when its context does, and still
// takes what is left.
func ExampleMailbox_Receive() {
	box, err := mailbox.New[int](mailbox.Config{})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	sum := make(chan int)
	go func() {
		total := 0
		for v, err := box.Receive(ctx); err == nil; v, err = box.Receive(ctx) {
			total += v
		}
		sum <- total
	}()
	for v := range 10 {
		box.Offer(v)
	}
	cancel()
	fmt.Println(<-sum)
	// Output: 45
}

func ExampleMailbox_Stats() {
	box, err := mailbox.New[int](mailbox.Config{Capacity: 2, Overflow: mailbox.Reject})
	if err != nil {
		log.Fatal(err)
	}
	for v := range 5 {
		box.Offer(v)
	}
	box.Take()
	s := box.Stats()
	fmt.Printf("%d enqueued, %d dequeued, %d rejected, %d left\n", s.Enqueued, s.Dequeued, s.Rejected, s.Depth)
	// Output: 2 enqueued, 1 dequeued, 3 rejected, 1 left
}

// Every field that cannot be used is named.
func ExampleConfig_Validate() {
	fmt.Println(mailbox.Config{Capacity: -1, Overflow: 9}.Validate())
	// Output:
	// mailbox: invalid config: Capacity: -1 is negative
	// mailbox: invalid config: Overflow: Overflow(9) is not a policy
}
