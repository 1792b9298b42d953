package mailbox_test

import (
	"runtime"
	"testing"

	"github.com/understudy-go/understudy/mailbox"
)

// The bare channel is the baseline of every figure here: a mailbox cannot be
// faster, and should be little slower.

func BenchmarkTurn(b *testing.B) {
	b.Run("channel", func(b *testing.B) {
		ch := make(chan int, 64)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			select {
			case ch <- i:
			default:
			}
			select {
			case <-ch:
			default:
			}
		}
	})
	for o := mailbox.Block; o <= mailbox.DropOldest; o++ {
		b.Run(o.String(), func(b *testing.B) {
			box := make64(b, o)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				box.Offer(i)
				box.Take()
			}
		})
	}
	for name, queue := range map[string]mailbox.Queue[int]{
		"unbounded": new(mailbox.Unbounded[int]),
		"priority":  mailbox.NewPriority(func(i int) int { return i % 4 }),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				queue.Offer(i)
				queue.Take()
			}
		})
	}
}

func BenchmarkOverflow(b *testing.B) {
	for o := mailbox.Block; o <= mailbox.DropOldest; o++ {
		b.Run(o.String(), func(b *testing.B) {
			box := make64(b, o)
			for i := range box.Cap() {
				box.Offer(i)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				box.Offer(i)
			}
		})
	}
}

// One producer, one consumer, each on a goroutine of its own.
func BenchmarkPair(b *testing.B) {
	b.Run("channel", func(b *testing.B) {
		ch := make(chan int, 64)
		go func() {
			for i := range b.N {
				ch <- i
			}
		}()
		b.ReportAllocs()
		for range b.N {
			<-ch
		}
	})
	b.Run("channel-select", func(b *testing.B) {
		ch := make(chan int, 64)
		go func() {
			for i := range b.N {
				for !trySend(ch, i) {
					runtime.Gosched()
				}
			}
		}()
		b.ReportAllocs()
		for n := 0; n < b.N; {
			select {
			case <-ch:
				n++
			default:
				runtime.Gosched()
			}
		}
	})
	b.Run("put-receive", func(b *testing.B) {
		box := make64(b, mailbox.Block)
		go func() {
			for i := range b.N {
				_, _, _ = box.Put(b.Context(), i)
			}
		}()
		b.ReportAllocs()
		for range b.N {
			_, _ = box.Receive(b.Context())
		}
	})
	b.Run("offer-take", func(b *testing.B) {
		box := make64(b, mailbox.Block)
		go func() {
			for i := range b.N {
				for {
					if o, _ := box.Offer(i); o == mailbox.Accepted {
						break
					}
					runtime.Gosched()
				}
			}
		}()
		b.ReportAllocs()
		for n := 0; n < b.N; {
			if _, ok := box.Take(); ok {
				n++
			} else {
				runtime.Gosched()
			}
		}
	})
}

func make64(b *testing.B, o mailbox.Overflow) *mailbox.Mailbox[int] {
	b.Helper()
	box, err := mailbox.New[int](mailbox.Config{Capacity: 64, Overflow: o})
	if err != nil {
		b.Fatal(err)
	}
	return box
}

func trySend(ch chan<- int, v int) bool {
	select {
	case ch <- v:
		return true
	default:
		return false
	}
}
