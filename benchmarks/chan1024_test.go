package benchmarks

import (
	"errors"
	"testing"
)

// chan1024 is the bare minimum by hand: a goroutine that ranges over a
// buffered channel. It has no address, no supervisor, no lifecycle.
var chan1024 = contender{
	name:     "chan1024",
	tell:     chanTell,
	ask:      chanAsk,
	pingPong: chanPingPong,
	restart:  chanRestart,
	spawn:    chanSpawn,
	skynet:   chanSkynet,
	wire:     chanWire,
}

// serve handles what comes through a channel on a goroutine of its own.
func serve[M any](tb testing.TB, capacity int, handle func(M)) chan<- M {
	tb.Helper()
	mailbox, stopped := make(chan M, capacity), make(chan struct{})
	go func() {
		defer close(stopped)
		for m := range mailbox {
			handle(m)
		}
	}()
	tb.Cleanup(func() {
		close(mailbox)
		<-stopped
	})
	return mailbox
}

func chanTell(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	mailbox := serve(tb, capacity, func(m message) { t.handle(m) })
	return func(worker, n int) error {
		for seq := range n {
			mailbox <- message{uint64(worker), uint64(seq)}
		}
		return nil
	}
}

// chanQuestion takes its answer through a channel that the asker keeps.
type chanQuestion struct {
	message
	reply chan<- message
}

func chanAsk(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	mailbox := serve(tb, capacity, func(q chanQuestion) {
		t.handle(q.message)
		q.reply <- q.answer()
	})
	var replies [maxWorkers]chan message
	for i := range replies {
		replies[i] = make(chan message, 1)
	}
	return func(worker, n int) error {
		reply := replies[worker]
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			mailbox <- chanQuestion{m, reply}
			if <-reply != m.answer() {
				return errAnswer
			}
		}
		return nil
	}
}

// errAnswer says that an asker got an answer to something else.
var errAnswer = errors.New("wrong answer")

func chanPingPong(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	var ping, pong chan<- message
	ping = serve(tb, capacity, func(m message) {
		if !t.handle(m) {
			pong <- message{m.from, m.seq + 1}
		}
	})
	pong = serve(tb, capacity, func(m message) { ping <- m })
	return func(worker, _ int) error {
		pong <- message{from: uint64(worker)}
		return nil
	}
}

// chanRestart recovers from the panic and goes on with a fresh state.
func chanRestart(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	mailbox, stopped := make(chan message, capacity), make(chan struct{})
	handled := make(chan struct{}, 1)
	first := newFragile(t, handled)
	go func() {
		defer close(stopped)
		f := first
		for !chanLife(mailbox, f) {
			f = newFragile(t, handled)
		}
	}()
	tb.Cleanup(func() {
		close(mailbox)
		<-stopped
	})
	return func(worker, n int) error {
		for seq := range n {
			mailbox <- crash
			mailbox <- message{uint64(worker), uint64(seq)}
			<-handled
		}
		return nil
	}
}

// chanLife handles messages until one panics, or there are no more.
func chanLife(mailbox <-chan message, f *fragile) (over bool) {
	defer func() {
		if v := recover(); v != nil && v != crashed {
			panic(v)
		}
	}()
	for m := range mailbox {
		f.handle(m)
	}
	return true
}
