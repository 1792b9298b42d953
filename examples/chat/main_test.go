package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor/actortest"
	"github.com/understudy-go/understudy/actor/topic"
	"github.com/understudy-go/understudy/examples/internal/audit"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ann has heard: eve: hello
	// bob has heard: eve: hello
	// ann crashes: panic: too loud
	// bob was there: true
	// ann has heard: eve: still here?
	// bob has heard: eve: hello
	// 2 published, 3 delivered
}

// A member needs no room to be tested.
func TestMember(t *testing.T) {
	m := new(Member)
	require.NoError(t, m.Receive(t.Context(), Heard{Said{"eve", "hello"}}))
	require.NoError(t, m.Receive(t.Context(), Heard{Said{"bob", "hi"}}))
	recall := actortest.NewAsk[string](t)
	require.NoError(t, m.Receive(t.Context(), Recall{recall.Reply}))
	assert.Equal(t, "eve: hello, bob: hi", recall.Value())
}

// What one says the others hear, a probe among them.
func TestRoom(t *testing.T) {
	room, ann := topic.New[Said](topic.Spec{Name: "room"}), actortest.NewProbe[Msg](t, "ann")
	actortest.NewSystem(t, system.Config{Root: supervision.Spec{
		Children: []supervision.Child{{Process: room}},
	}}).ExpectDeadLetters(0)
	require.NoError(t, topic.SubscribeFunc(room, ann.Ref, topic.Block, func(s Said) Msg { return Heard{s} }))
	require.NoError(t, room.Publish(t.Context(), Said{"eve", "hello"}))
	ann.Expect(Heard{Said{"eve", "hello"}})
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestRunTellsWhyItFailed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, t.Output()), context.Canceled)
}
