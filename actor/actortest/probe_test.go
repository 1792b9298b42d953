package actortest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/understudy-go/understudy/actor"
)

func send(t testing.TB, to actor.Ref[Msg], msgs ...Msg) {
	t.Helper()
	for _, msg := range msgs {
		if err := to.Send(context.Background(), msg); err != nil {
			t.Fatalf("send: %v", err)
		}
	}
}

// A probe is an address like any other, and what is sent there comes in order.
// It needs no bubble.
func TestProbeTakesMessages(t *testing.T) {
	p := NewProbe[Msg](t, "client")
	assert.Equal(t, "client", p.Name())
	_, here := p.Process()
	assert.True(t, here)

	send(t, p.Ref, Inc{1}, Inc{2}, Inc{3}, Leave{}, Inc{4}, Inc{5})
	p.Expect(Inc{1})
	assert.Equal(t, Inc{2}, ExpectType[Inc](p))
	assert.Equal(t, Inc{3}, p.ExpectThat(func(m Msg) bool { return m == Inc{3} }))
	assert.Equal(t, Inc{4}, p.Fish(func(m Msg) bool { _, is := m.(Inc); return is }))
	assert.Equal(t, Inc{5}, p.Next())
	p.ExpectNone(0)
}

// Its messages are waited for, as long as Within says.
func TestProbeWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := NewProbe[Msg](t, "client")
		p.Within = time.Minute
		began := time.Now()
		time.AfterFunc(time.Minute, func() { _ = p.TrySend(Inc{1}) })
		p.Expect(Inc{1}) // at the last moment
		assert.Equal(t, time.Minute, time.Since(began))

		time.AfterFunc(time.Minute, func() { _ = p.TrySend(Inc{2}) })
		p.ExpectNone(time.Minute - 1)
		p.Expect(Inc{2})
	})
}

// A question to a probe is answered by hand, or by a function.
func TestProbeAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := NewProbe[Msg](t, "counter")
		ask := func() (int, error) {
			return actor.Ask(t.Context(), p.Ref, func(r actor.Reply[int]) Msg { return Get{r} })
		}
		answers := make(chan int)
		go func() { n, _ := ask(); answers <- n }()
		ExpectType[Get](p).Reply.Send(7)
		assert.Equal(t, 7, <-answers)

		p.Answer(func(msg Msg) bool {
			get, is := msg.(Get)
			if is {
				get.Reply.Fail(errBoom)
			}
			return is
		})
		_, err := ask()
		require.ErrorIs(t, err, errBoom)
		send(t, p.Ref, Inc{1})
		p.Expect(Inc{1}) // which it leaves alone
		p.ExpectNone(0)

		p.Answer(nil)
		go func() { n, _ := ask(); answers <- n }()
		ExpectType[Get](p).Reply.Send(8)
		assert.Equal(t, 8, <-answers)
	})
}

// A question that the test never answers fails when the test ends.
func TestProbeAnswersAtTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		got := make(chan error, 1)
		assert.Empty(t, failures(t, func(t testing.TB) {
			p := NewProbe[Msg](t, "counter")
			go func() {
				_, err := actor.Ask(context.Background(), p.Ref, func(r actor.Reply[int]) Msg { return Get{r} })
				got <- err
			}()
			ExpectType[Get](p)
		}))
		assert.ErrorIs(t, <-got, actor.ErrNoReply)
	})
}

// The end of an actor is told after what it has sent.
func TestProbeExpectsDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := NewProbe[Msg](t, "client")
		s := NewSystem(t, systemOf(counterSpec("a")))
		a := lookup(t, s, "a")
		send(t, a, Tell{p.Ref, Inc{1}})
		time.AfterFunc(time.Second, func() { _ = s.Remove(context.Background(), a.Path()) })
		down := p.ExpectDown(a)
		assert.Equal(t, actor.Shutdown, down.Kind)
		assert.Equal(t, "/test/a", down.Path)
		p.Expect(Inc{1})
		p.ExpectDown(a) // which has ended already

		b := NewProbe[Msg](t, "b")
		time.AfterFunc(patience, func() { b.host.end(b.process) })
		p.ExpectDown(b) // at the last moment
		p.ExpectNone(0)
	})
}

// A probe may end, as an actor does that stops or fails.
func TestProbeEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		watcher := NewProbe[Msg](t, "watcher")
		for _, r := range []struct {
			err  error
			kind actor.Kind
			with error
		}{
			{nil, actor.Normal, nil},
			{errBoom, actor.Failure, errBoom},
			{actor.ErrShutdown, actor.Shutdown, nil},
		} {
			p := NewProbe[Msg](t, "p")
			send(t, p.Ref, Inc{1})
			failed := make(chan error, 1)
			go func() {
				_, err := actor.Ask(context.Background(), p.Ref, func(re actor.Reply[int]) Msg { return Get{re} })
				failed <- err
			}()
			settle()
			p.End(r.err)
			down := watcher.ExpectDown(p)
			assert.Equal(t, r.kind, down.Kind)
			assert.Equal(t, r.with, down.Err)
			require.ErrorIs(t, <-failed, actor.ErrNoReply)
			p.Expect(Inc{1}) // it has got that
			require.ErrorIs(t, p.TrySend(Inc{2}), actor.ErrStopped)
			p.End(nil) // once more has no effect
		}
	})
}

func TestProbeFailures(t *testing.T) {
	type row struct {
		name string
		do   func(p *Probe[Msg])
		want string
	}
	for _, r := range []row{
		{"another message", func(p *Probe[Msg]) {
			send(p.t, p.Ref, Leave{}, Inc{2}, Inc{3})
			p.Next()
			Advance(p.t, 0)
			p.Expect(Inc{1})
		}, text(
			"actortest: probe client: the next message is not the one expected",
			"	got:  actortest.Inc{By:2}",
			"	want: actortest.Inc{By:1}",
			"	at .By: got 2, want 1",
			"	all that was taken:",
			"		actortest.Leave{}",
			"		actortest.Inc{By:2}",
			"	still waiting:",
			"		actortest.Inc{By:3}",
		)},
		{"no message", func(p *Probe[Msg]) { p.Expect(Inc{1}) }, text(
			"actortest: probe client: no message came within 3s",
			"	want: actortest.Inc{By:1}",
			"	all that was taken: nothing",
			"	still waiting: nothing",
		)},
		{"no message at all", func(p *Probe[Msg]) { p.Within = time.Minute; p.Next() }, text(
			"actortest: probe client: no message came within 1m0s",
			"	want: any message",
			"	all that was taken: nothing",
			"	still waiting: nothing",
		)},
		{"another type", func(p *Probe[Msg]) { send(p.t, p.Ref, Leave{}); ExpectType[Inc](p) }, text(
			"actortest: probe client: the next message is of another type",
			"	got:  actortest.Leave{}",
			"	want: a message of type actortest.Inc",
			"	all that was taken:",
			"		actortest.Leave{}",
			"	still waiting: nothing",
		)},
		{"another condition", func(p *Probe[Msg]) {
			send(p.t, p.Ref, Leave{})
			p.ExpectThat(func(Msg) bool { return false })
		}, text(
			"actortest: probe client: the next message does not meet the condition",
			"	got:  actortest.Leave{}",
			"	all that was taken:",
			"		actortest.Leave{}",
			"	still waiting: nothing",
		)},
		{"fished in vain", func(p *Probe[Msg]) {
			send(p.t, p.Ref, Leave{}, Inc{2})
			p.Fish(func(Msg) bool { return false })
		}, text(
			"actortest: probe client: no message met the condition within 3s",
			"	all that was taken:",
			"		actortest.Leave{}",
			"		actortest.Inc{By:2}",
			"	still waiting: nothing",
		)},
		{"one too many", func(p *Probe[Msg]) {
			time.AfterFunc(time.Minute, func() { _ = p.TrySend(Inc{2}) })
			p.ExpectNone(time.Minute)
		}, text(
			"actortest: probe client: there is a message where none was expected",
			"	got:  actortest.Inc{By:2}",
			"	all that was taken:",
			"		actortest.Inc{By:2}",
			"	still waiting: nothing",
		)},
		{"not down", func(p *Probe[Msg]) {
			other := NewProbe[Msg](p.t, "other")
			p.ExpectDown(other)
		}, text(
			"actortest: probe client: /other has not ended within 3s",
			"	all that was taken: nothing",
			"	still waiting: nothing",
		)},
		{"unwatchable", func(p *Probe[Msg]) { p.ExpectDown(p) }, text(
			"actortest: probe client: actor: cannot be watched: it is the actor itself",
			"	all that was taken: nothing",
			"	still waiting: nothing",
		)},
		{"a panic", func(p *Probe[Msg]) {
			p.Answer(func(Msg) bool { panic("wrong answer") })
			send(p.t, p.Ref, Leave{})
			Advance(p.t, 0)
		}, "actortest: probe client has failed: panic on Leave: panic: wrong answer"},
	} {
		t.Run(r.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				assert.Equal(t, r.want, fails(t, func(t testing.TB) { r.do(NewProbe[Msg](t, "client")) }))
			})
		})
	}
}

// A name that no actor can have is told.
func TestProbeName(t *testing.T) {
	got := fails(t, func(t testing.TB) { NewProbe[Msg](t, "a/b") })
	assert.Contains(t, got, `actortest: NewProbe("a/b"): actor: invalid spec of "a/b": Name: contains a slash`)
}
