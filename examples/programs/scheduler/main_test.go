package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/actor/actortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScheduler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang) // for the run that was left behind
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out, crontab(hang), 8*time.Second, "tick"))
		require.Equal(t, `1.90s tick: begins
2.05s tick: done
2.10s mail: begins
2.30s feed: begins
2.50s backup: begins
2.50s backup: done
2.70s sync: begins
3.80s tick: begins
3.95s tick: done
4.00s tick: cancelled
4.60s feed: begins
5.00s backup: begins
5.05s feed: done
5.30s mail: done
5.30s mail: begins
5.40s sync: skipped
5.45s mail: done
6.30s mail: begins
6.45s mail: done
6.70s sync: done
6.90s feed: begins
7.35s feed: done
7.90s backup: begins
7.90s backup: done
mail: 0 restarts
feed: 0 restarts
sync: 0 restarts
backup: 1 restarts, the last one for it is stuck
`, out.String())
	})
}

func TestOverrun(t *testing.T) {
	const s = time.Second
	for policy, want := range map[Overrun][]string{
		Skip:    {"begins", "skipped", "done"},
		Queue:   {"begins", "done", "begins", "done"},
		Replace: {"begins", "begins", "done"},
	} {
		synctest.Test(t, func(t *testing.T) {
			scheduler := actortest.NewProbe[Msg](t, "scheduler")
			job := actortest.NewSolo(t, runner(Job{"job", s, 9 * s, policy, takes(3 * s)}, scheduler.Ref))
			require.NoError(t, job.Send(Run{}))
			require.NoError(t, job.Advance(s))
			require.NoError(t, job.Send(Run{}))
			require.NoError(t, job.Advance(9*s))
			for _, text := range want {
				scheduler.Expect(Told{"job", text})
			}
			scheduler.ExpectNone(0)
		})
	}
}

func TestStuckRunIsFailed(t *testing.T) {
	const s = time.Second
	r := &Runner{Job: Job{Limit: s}, task: new(actor.Task)}
	synctest.Test(t, func(t *testing.T) {
		r.begun = time.Now()
		actortest.Advance(t, s)
		require.Equal(t, actor.Healthy, r.Health(t.Context()))
		actortest.Advance(t, 1)
		require.Equal(t, actor.Failed("stuck"), r.Health(t.Context()))
	})
}
