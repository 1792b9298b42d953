package benchmarks

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/ergo-services/ergo"
	"github.com/ergo-services/ergo/etf"
	"github.com/ergo-services/ergo/gen"
	"github.com/ergo-services/ergo/lib"
	ergonode "github.com/ergo-services/ergo/node"
)

// ergoServices is github.com/ergo-services/ergo: one node, without the search for
// other nodes, and without warnings. A full mailbox refuses a message, which is
// then sent again.
var ergoServices = contender{
	name:     "ergo",
	large:    true, // 22 KB each
	tell:     ergoTell,
	ask:      ergoAsk,
	pingPong: ergoPingPong,
	restart:  ergoRestart,
	spawn:    ergoSpawn,
	skynet:   ergoSkynet,
	wire:     ergoWire,
	faults: map[string]string{
		"Restart": "the supervisor stops starting what crashes, now and then",
	},
	notes: map[string]string{
		"Tell1to1":   ergoRefuses,
		"Tell8to1":   ergoRefuses,
		"Pipeline3":  ergoRefuses,
		"N100toN100": ergoRefuses,
		"Flood1M":    ergoRefuses,
		"Restart":    "the queue dies with the actor: a message is sent when the next one has been made",
	},
}

const ergoRefuses = "a full mailbox refuses messages, and the sender has to try again"

// An ergoStage is a node, and a process that sends what goroutines outside send.
type ergoStage struct {
	ergonode.Node
	outside gen.Process
	tb      testing.TB
}

func startErgo(tb testing.TB) *ergoStage {
	tb.Helper()
	if err := flag.Set("ergo.warning", "false"); err != nil {
		tb.Fatal(err)
	}
	n, err := ergo.StartNode("bench@127.0.0.1", "cookie", ergonode.Options{
		StaticRoutesOnly: true,
		System:           ergonode.System{DisableAnonMetrics: true},
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		n.Stop()
		n.Wait()
	})
	s := &ergoStage{Node: n, tb: tb}
	s.outside = s.spawn(capacity, &ergoReceiver{})
	return s
}

// spawn makes a process with a mailbox for so many messages.
func (s *ergoStage) spawn(room int, behavior gen.ProcessBehavior) gen.Process {
	s.tb.Helper()
	p, err := s.Spawn("", gen.ProcessOptions{MailboxSize: uint16(room), DirectboxSize: maxWorkers}, behavior)
	if err != nil {
		s.tb.Fatal(err)
	}
	return p
}

// ergoSend sends until there is room.
func ergoSend(from gen.Process, to, m any) error {
	for {
		err := from.Send(to, m)
		if !errors.Is(err, lib.ErrProcessMailboxFull) {
			return err
		}
		runtime.Gosched()
	}
}

// An ergoReceiver is a server that is told or asked. It is asked by Direct from
// outside, and by Call from another.
type ergoReceiver struct {
	gen.Server
	told  func(*gen.ServerProcess, message)
	asked func(*gen.ServerProcess, message) message
}

// HandleInfo implements gen.ServerBehavior.
func (r *ergoReceiver) HandleInfo(p *gen.ServerProcess, m etf.Term) gen.ServerStatus {
	if m, ok := m.(message); ok {
		r.told(p, m)
	}
	return gen.ServerStatusOK
}

// HandleCall implements gen.ServerBehavior.
func (r *ergoReceiver) HandleCall(p *gen.ServerProcess, _ gen.ServerFrom, m etf.Term) (etf.Term, gen.ServerStatus) {
	if m, ok := m.(message); ok {
		return r.asked(p, m), gen.ServerStatusOK
	}
	return nil, gen.ServerStatusIgnore
}

// HandleDirect implements gen.ServerBehavior.
func (r *ergoReceiver) HandleDirect(p *gen.ServerProcess, _ etf.Ref, m any) (any, gen.DirectStatus) {
	if m, ok := m.(message); ok {
		return r.asked(p, m), gen.DirectStatusOK
	}
	return nil, gen.DirectStatusIgnore
}

func ergoTell(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	s := startErgo(tb)
	counter := s.spawn(capacity, &ergoReceiver{told: func(_ *gen.ServerProcess, m message) { t.handle(m) }}).Self()
	return func(worker, n int) error {
		for seq := range n {
			if err := ergoSend(s.outside, counter, message{uint64(worker), uint64(seq)}); err != nil {
				return err
			}
		}
		return nil
	}
}

func ergoAsk(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	oracle := startErgo(tb).spawn(capacity, &ergoReceiver{asked: func(_ *gen.ServerProcess, m message) message {
		t.handle(m)
		return m.answer()
	}})
	return func(worker, n int) error {
		for seq := range n {
			m := message{uint64(worker), uint64(seq)}
			got, err := oracle.Direct(m)
			if err != nil {
				return err
			}
			if got != m.answer() {
				return errAnswer
			}
		}
		return nil
	}
}

func ergoPingPong(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	s := startErgo(tb)
	var ping, pong etf.Pid
	send := func(p *gen.ServerProcess, to etf.Pid, m message) {
		if err := p.Send(to, m); err != nil {
			t.fail(err)
		}
	}
	ping = s.spawn(capacity, &ergoReceiver{told: func(p *gen.ServerProcess, m message) {
		if !t.handle(m) {
			send(p, pong, message{m.from, m.seq + 1})
		}
	}}).Self()
	pong = s.spawn(capacity, &ergoReceiver{told: func(p *gen.ServerProcess, m message) { send(p, ping, m) }}).Self()
	return func(worker, _ int) error { return s.outside.Send(pong, message{from: uint64(worker)}) }
}

// ergoRestart sends by name, since each start has another pid.
func ergoRestart(tb testing.TB, t *tally) func(worker, n int) error {
	tb.Helper()
	s := startErgo(tb)
	handled, started := make(chan struct{}, 1), make(chan struct{}, 1)
	s.spawn(capacity, &ergoSupervisor{child: &ergoVictim{tally: t, handled: handled, started: started}})
	<-started
	return func(worker, n int) error {
		for seq := range n {
			if err := s.outside.Send("victim", crash); err != nil {
				return err
			}
			select {
			case <-started:
			case <-time.After(deadline):
				return errors.New("the supervisor has not started the next one")
			}
			if err := s.outside.Send("victim", message{uint64(worker), uint64(seq)}); err != nil {
				return err
			}
			<-handled
		}
		return nil
	}
}

type ergoSupervisor struct {
	gen.Supervisor
	child gen.ProcessBehavior
}

// Init implements gen.SupervisorBehavior.
func (s *ergoSupervisor) Init(...etf.Term) (gen.SupervisorSpec, error) {
	return gen.SupervisorSpec{
		Name:     "supervisor",
		Children: []gen.SupervisorChildSpec{{Name: "victim", Child: s.child}},
		Strategy: gen.SupervisorStrategy{
			Type:      gen.SupervisorStrategyOneForOne,
			Intensity: math.MaxUint16,
			Period:    1,
			Restart:   gen.SupervisorStrategyRestartPermanent,
		},
	}, nil
}

type ergoVictim struct {
	gen.Server
	*fragile
	tally   *tally
	handled chan<- struct{}
	started chan<- struct{}
}

// Init implements gen.ServerBehavior.
func (v *ergoVictim) Init(*gen.ServerProcess, ...etf.Term) error {
	v.fragile = newFragile(v.tally, v.handled)
	v.started <- struct{}{}
	return nil
}

// HandleInfo implements gen.ServerBehavior.
func (v *ergoVictim) HandleInfo(_ *gen.ServerProcess, m etf.Term) gen.ServerStatus {
	if m, ok := m.(message); ok {
		v.handle(m)
	}
	return gen.ServerStatusOK
}

func ergoWire(tb testing.TB, parts []part) network {
	tb.Helper()
	s := startErgo(tb)
	actors := make([]gen.Process, len(parts))
	pids := make([]etf.Pid, len(parts))
	for i, p := range parts {
		n := &ergoNode{pids: pids}
		actors[i] = s.spawn(room(len(parts)), &ergoReceiver{
			told: func(self *gen.ServerProcess, m message) {
				n.self = self
				p.handle(n, m)
			},
			asked: func(self *gen.ServerProcess, m message) message {
				n.self = self
				return p.answer(n, m)
			},
		})
		pids[i] = actors[i].Self()
	}
	return network{
		tell: func(to int, m message) error { return ergoSend(s.outside, pids[to], m) },
		ask: func(to int, m message) (message, error) {
			return ergoAnswer(actors[to].Direct(m))
		},
	}
}

func ergoAnswer(got any, err error) (message, error) {
	a, ok := got.(message)
	if err == nil && !ok {
		err = fmt.Errorf("answered with a %T", got)
	}
	return a, err
}

type ergoNode struct {
	self *gen.ServerProcess
	pids []etf.Pid
}

func (n *ergoNode) send(to int, m message) error { return ergoSend(n.self, n.pids[to], m) }

func (n *ergoNode) ask(to int, m message) (message, error) {
	return ergoAnswer(n.self.Call(n.pids[to], m))
}

func ergoSpawn(tb testing.TB, n int, c *census) population {
	tb.Helper()
	s, r := startErgo(tb), newRoll()
	actors := make([]gen.Process, n)
	ended := make(chan struct{}, n)
	citizen := &ergoCitizen{census: c, roll: r, ended: ended}
	return population{
		spawn: func() (err error) {
			for i := range actors {
				if actors[i], err = s.Spawn("", gen.ProcessOptions{}, citizen); err != nil {
					return err
				}
			}
			return nil
		},
		tell: func() error {
			for _, a := range actors {
				if err := s.outside.Send(a.Self(), message{}); err != nil {
					return err
				}
			}
			return nil
		},
		stopFirst: func(n int) error {
			for _, a := range actors[:n] {
				if err := a.Exit("normal"); err != nil {
					return err
				}
				<-ended // a.Wait returns when the process has been told
			}
			actors = actors[n:]
			return nil
		},
		stopAll: func() error {
			for _, a := range actors {
				if err := a.Exit("normal"); err != nil {
					return err
				}
			}
			for range actors {
				<-ended
			}
			return nil
		},
		alive: r.count,
	}
}

type ergoCitizen struct {
	gen.Server
	census *census
	roll   *roll
	ended  chan<- struct{}
}

// Init implements gen.ServerBehavior.
func (c *ergoCitizen) Init(*gen.ServerProcess, ...etf.Term) error {
	c.roll.enter()
	c.census.mark()
	return nil
}

// HandleInfo implements gen.ServerBehavior.
func (c *ergoCitizen) HandleInfo(_ *gen.ServerProcess, m etf.Term) gen.ServerStatus {
	if _, ok := m.(message); ok {
		c.census.mark()
	}
	return gen.ServerStatusOK
}

// Terminate implements gen.ServerBehavior.
func (c *ergoCitizen) Terminate(*gen.ServerProcess, string) {
	c.roll.leave()
	c.ended <- struct{}{}
}

func ergoSkynet(tb testing.TB) forest {
	tb.Helper()
	s := startErgo(tb)
	told := make(chan uint64, 1)
	return func(n int) (uint64, error) {
		if _, err := s.Spawn("", gen.ProcessOptions{}, &ergoTree{grove: grove{0, n}, told: told}); err != nil {
			return 0, err
		}
		return <-told, nil
	}
}

type ergoTree struct {
	gen.Server
	grove
	told  chan<- uint64 // of the root
	above etf.Pid
	left  int
	total uint64
}

// ergoGrow is what a tree sends to itself to begin.
type ergoGrow struct{}

// Init implements gen.ServerBehavior.
func (t *ergoTree) Init(p *gen.ServerProcess, _ ...etf.Term) error {
	return p.Send(p.Self(), ergoGrow{})
}

// HandleInfo implements gen.ServerBehavior.
func (t *ergoTree) HandleInfo(p *gen.ServerProcess, m etf.Term) gen.ServerStatus {
	switch m := m.(type) {
	case ergoGrow:
		if t.n == 1 {
			return t.end(p, t.first)
		}
		below := t.branches()
		t.left = len(below)
		for _, g := range below {
			if _, err := p.Spawn("", gen.ProcessOptions{}, &ergoTree{grove: g, above: p.Self()}); err != nil {
				return err
			}
		}
	case uint64:
		t.total += m
		if t.left--; t.left == 0 {
			return t.end(p, t.total)
		}
	}
	return gen.ServerStatusOK
}

func (t *ergoTree) end(p *gen.ServerProcess, sum uint64) gen.ServerStatus {
	if t.told != nil {
		t.told <- sum
		return gen.ServerStatusStop
	}
	if err := ergoSend(p, t.above, sum); err != nil {
		return err
	}
	return gen.ServerStatusStop
}
