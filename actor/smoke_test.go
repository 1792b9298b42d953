package actor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

type host struct {
	started chan error
	ended   chan Exit
}

func newHost() *host { return &host{make(chan error, 8), make(chan Exit, 8)} }

func (h *host) Started(err error) { h.started <- err }
func (h *host) Ended(e Exit)      { h.ended <- e }

type cmsg interface{}
type inc struct{ by int }
type get struct{ r Reply[int] }
type boom struct{}
type hang struct{ c chan struct{} }

type counter struct{ n int }

func (c *counter) Receive(ctx context.Context, m cmsg) error {
	switch m := m.(type) {
	case inc:
		c.n += m.by
	case get:
		m.r.Send(c.n)
	case boom:
		panic("boom")
	case hang:
		<-m.c
	case error:
		return m
	}
	return nil
}

func TestSmoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		p := New(Spec[cmsg]{Name: "counter", New: Make(func() *counter { return &counter{} })})
		h := newHost()
		require.NoError(t, p.Send(ctx, inc{1}))
		p.Start(ctx, h)
		require.NoError(t, <-h.started)
		n, err := Ask(ctx, p.Ref, func(r Reply[int]) cmsg { return get{r} })
		require.NoError(t, err)
		require.Equal(t, 1, n)
		_, err = Ask(ctx, p.Ref, func(r Reply[int]) cmsg { return boom{} })
		var pe *PanicError
		require.ErrorAs(t, err, &pe)
		t.Log(pe.Stack())
		e := <-h.ended
		require.Equal(t, Panic, e.Kind)
		require.NoError(t, p.Send(ctx, inc{5}))
		p.Start(ctx, h)
		require.NoError(t, <-h.started)
		n, err = Ask(ctx, p.Ref, func(r Reply[int]) cmsg { return get{r} })
		require.NoError(t, err)
		require.Equal(t, 5, n)
		c := make(chan struct{})
		p.Send(ctx, hang{c})
		synctest.Wait()
		began := time.Now()
		p.Stop(time.Second)
		e = <-h.ended
		require.Equal(t, Abandoned, e.Kind)
		require.Equal(t, time.Second, time.Since(began))
		t.Log(e)
		close(c)
		p.Send(ctx, inc{5})
		p.Retire(errors.New("done"))
		<-p.Done()
		require.ErrorIs(t, p.Send(ctx, inc{1}), ErrStopped)
		t.Logf("%+v", p.Info())
	})
}
