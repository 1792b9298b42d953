package actor

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// sentry is an actor that watches others.
type sentry struct {
	*Process[do]
	h    *host
	self *Self[do]
	log  probe
}

func newSentry(t *testing.T, name string, options ...func(*Spec[do])) *sentry {
	t.Helper()
	s := &sentry{}
	s.Process = doer(name, append([]func(*Spec[do]){withSelf(&s.self)}, options...)...)
	s.h = start(t, s)
	return s
}

// notice makes the message of a notice.
func (s *sentry) notice(d Down) do { return s.log.adds(fmt.Sprint("down ", d)) }

func (s *sentry) watch(t *testing.T, a Address) {
	t.Helper()
	require.NoError(t, s.self.Watch(a, s.notice))
}

// die ends an actor's address.
func die(t *testing.T, p *Process[do], h *host, last do) Exit {
	t.Helper()
	require.NoError(t, p.TrySend(last))
	exit := <-h.ended
	p.Retire(nil)
	<-p.Done()
	synctest.Wait()
	return exit
}

// bonds is how many bonds an actor has, and how many others have with it.
func bonds(p *Process[do]) (own, others int) {
	if inc := p.current.Load(); inc != nil {
		inc.mu.Lock()
		own = len(inc.tied().bonds)
		inc.mu.Unlock()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := p.obituary().watchers.first; w != nil; w = w.next {
		others++
	}
	return own, others
}

func requireBonds(t *testing.T, p *Process[do], own, others int) {
	t.Helper()
	o, w := bonds(p)
	require.Equal(t, []int{own, others}, []int{o, w})
}

func nothingThenStop(context.Context) error { return ErrStop }
