package benchmarks

import (
	"testing"

	goactor "github.com/vladopajic/go-actor/actor"
)

// goActor is github.com/vladopajic/go-actor. Its mailboxes are channels, which
// its documentation calls the fastest; asks carry a channel that the asker keeps. It
// restarts nothing.
var goActor = contender{
	name:     "go-actor",
	tell:     goActorTell,
	ask:      goActorAsk,
	pingPong: goActorPingPong,
	spawn:    goActorSpawn,
	skynet:   goActorSkynet,
	wire:     goActorWire,
}

// A goActorBox is an actor and its mailbox.
type goActorBox[M any] struct {
	goactor.Mailbox[M]
	goactor.Actor
}

func newGoActor[M any](room int, handle func(goactor.Context, M) goactor.WorkerStatus) goActorBox[M] {
	mailbox := goactor.NewMailbox[M](goactor.OptAsChan(), goactor.OptCapacity(room))
	return goActorBox[M]{mailbox, goactor.New(&goActorWorker[M]{mailbox.ReceiveC(), handle})}
}

func (b goActorBox[M]) start() {
	b.Mailbox.Start()
	b.Actor.Start()
}

func (b goActorBox[M]) stop() {
	b.Actor.Stop()
	b.Mailbox.Stop()
}

type goActorWorker[M any] struct {
	mailbox <-chan M
	handle  func(goactor.Context, M) goactor.WorkerStatus
}

func (w *goActorWorker[M]) DoWork(ctx goactor.Context) goactor.WorkerStatus {
	select {
	case <-ctx.Done():
		return goactor.WorkerEnd
	case m := <-w.mailbox:
		return w.handle(ctx, m)
	}
}

// startGoActor starts an actor that goes on until the test is over.
func startGoActor[M any](tb testing.TB, room int, handle func(goactor.Context, M)) goActorBox[M] {
	tb.Helper()
	a := newGoActor(room, func(ctx goactor.Context, m M) goactor.WorkerStatus {
		handle(ctx, m)
		return goactor.WorkerContinue
	})
	a.start()
	tb.Cleanup(a.stop)
	return a
}

func goActorTell(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	counter := startGoActor(tb, capacity, func(_ goactor.Context, m message) { t.handle(m) })
	return func(worker, n int) error {
		ctx := goactor.ContextStarted()
		for seq := range n {
			if err := counter.Send(ctx, message{uint64(worker), uint64(seq)}); err != nil {
				return err
			}
		}
		return nil
	}
}

func goActorAsk(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	oracle := startGoActor(tb, capacity, func(_ goactor.Context, q chanQuestion) {
		t.handle(q.message)
		q.reply <- q.answer()
	})
	var replies [maxWorkers]chan message
	for i := range replies {
		replies[i] = make(chan message, 1)
	}
	return func(worker, n int) error {
		ctx := goactor.ContextStarted()
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			if err := oracle.Send(ctx, chanQuestion{m, replies[worker]}); err != nil {
				return err
			}
			if <-replies[worker] != m.answer() {
				return errAnswer
			}
		}
		return nil
	}
}

func goActorPingPong(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	var ping, pong goActorBox[message]
	send := func(ctx goactor.Context, to goActorBox[message], m message) {
		if err := to.Send(ctx, m); err != nil {
			t.fail(err)
		}
	}
	ping = startGoActor(tb, capacity, func(ctx goactor.Context, m message) {
		if !t.handle(m) {
			send(ctx, pong, message{m.from, m.seq + 1})
		}
	})
	pong = startGoActor(tb, capacity, func(ctx goactor.Context, m message) { send(ctx, ping, m) })
	return func(worker, _ int) error {
		return pong.Send(goactor.ContextStarted(), message{from: uint64(worker)})
	}
}

func goActorWire(tb testing.TB, parts []part) network {
	tb.Helper()
	net := &goActorNetwork{
		told:  make([]goActorBox[message], len(parts)),
		asked: make([]goActorBox[chanQuestion], len(parts)),
	}
	for i, p := range parts {
		n := newGoActorNode(net)
		if p.handle != nil {
			net.told[i] = startGoActor(tb, room(len(parts)), func(ctx goactor.Context, m message) {
				n.ctx = ctx
				p.handle(n, m)
			})
		} else {
			net.asked[i] = startGoActor(tb, room(len(parts)), func(ctx goactor.Context, q chanQuestion) {
				n.ctx = ctx
				q.reply <- p.answer(n, q.message)
			})
		}
	}
	outside := newGoActorNode(net)
	return network{outside.send, outside.ask}
}

type goActorNetwork struct {
	told  []goActorBox[message]
	asked []goActorBox[chanQuestion]
}

// A goActorNode keeps the channel for answers to what it asks.
type goActorNode struct {
	*goActorNetwork
	ctx   goactor.Context
	reply chan message
}

func newGoActorNode(net *goActorNetwork) *goActorNode {
	return &goActorNode{net, goactor.ContextStarted(), make(chan message, 1)}
}

func (n *goActorNode) send(to int, m message) error { return n.told[to].Send(n.ctx, m) }

func (n *goActorNode) ask(to int, m message) (message, error) {
	if err := n.asked[to].Send(n.ctx, chanQuestion{m, n.reply}); err != nil {
		return message{}, err
	}
	return <-n.reply, nil
}

// goActorSpawn makes actors with unbuffered mailboxes, as the bare channel's
// are.
func goActorSpawn(_ testing.TB, n int, c *census) population {
	actors, r := make([]goActorBox[message], n), newRoll()
	return population{
		spawn: func() error {
			for i := range actors {
				a := newGoActor(0, func(goactor.Context, message) goactor.WorkerStatus {
					c.mark()
					return goactor.WorkerContinue
				})
				actors[i] = a
				a.start()
				r.enter()
				c.mark()
			}
			return nil
		},
		tell: func() error {
			ctx := goactor.ContextStarted()
			for _, a := range actors {
				if err := a.Send(ctx, message{}); err != nil {
					return err
				}
			}
			return nil
		},
		stopFirst: func(n int) error {
			for _, a := range actors[:n] {
				a.stop()
				r.leave()
			}
			actors = actors[n:]
			return nil
		},
		stopAll: func() error { // one after another: to stop is to wait
			for _, a := range actors {
				a.stop()
				r.leave()
			}
			return nil
		},
		alive: r.count,
	}
}

func goActorSkynet(testing.TB) forest {
	return func(n int) (uint64, error) {
		told := goactor.NewMailbox[uint64](goactor.OptAsChan(), goactor.OptCapacity(1))
		told.Start()
		defer told.Stop()
		goactor.New(&goActorTree{grove: grove{0, n}, above: told}).Start()
		return <-told.ReceiveC(), nil
	}
}

type goActorTree struct {
	grove
	above   goactor.MailboxSender[uint64]
	mailbox goactor.Mailbox[uint64]
	left    int
	total   uint64
}

// OnStart makes the actors below.
func (t *goActorTree) OnStart(goactor.Context) {
	if t.n == 1 {
		return
	}
	below := t.branches()
	t.left = len(below)
	t.mailbox = goactor.NewMailbox[uint64](goactor.OptAsChan())
	t.mailbox.Start()
	for _, g := range below {
		goactor.New(&goActorTree{grove: g, above: t.mailbox}).Start()
	}
}

func (t *goActorTree) DoWork(ctx goactor.Context) goactor.WorkerStatus {
	if t.n == 1 {
		return t.end(ctx, t.first)
	}
	select {
	case <-ctx.Done():
		return goactor.WorkerEnd
	case sum := <-t.mailbox.ReceiveC():
		t.total += sum
		if t.left--; t.left == 0 {
			t.mailbox.Stop()
			return t.end(ctx, t.total)
		}
		return goactor.WorkerContinue
	}
}

func (t *goActorTree) end(ctx goactor.Context, sum uint64) goactor.WorkerStatus {
	_ = t.above.Send(ctx, sum) // nobody cancels ctx
	return goactor.WorkerEnd
}
