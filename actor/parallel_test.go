package actor

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func numbers(n int) iter.Seq[int] { return slices.Values(slices.Collect(rangeOver(n))) }

func rangeOver(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func TestParallelMapKeepsTheOrderAndTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for _, limit := range []int{1, 3, 100, 0} {
			var mu sync.Mutex
			running, most := 0, 0
			count := func(n int) {
				mu.Lock()
				defer mu.Unlock()
				running += n
				most = max(most, running)
			}
			var got []int
			for r, err := range ParallelMap(ctx, numbers(20), limit, func(_ context.Context, n int) (int, error) {
				count(1)
				time.Sleep(time.Duration(20-n) * time.Second) // the first ones last longest
				count(-1)
				return n * n, nil
			}) {
				require.NoError(t, err)
				got = append(got, r)
			}
			require.Len(t, got, 20)
			assert.True(t, slices.IsSorted(got))
			want := limit
			if limit == 0 {
				want = runtime.GOMAXPROCS(0)
			}
			assert.Equal(t, min(want, 20), most)
		}
	})
}

func TestG3ParallelMapContainsTrouble(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var errs []error
		for _, err := range ParallelMap(ctx, numbers(4), 2, func(_ context.Context, n int) (int, error) {
			switch n {
			case 0:
				return 0, errBoom
			case 1:
				panic(errBoom)
			case 2:
				runtime.Goexit()
			}
			return n, nil
		}) {
			errs = append(errs, err)
		}
		require.Len(t, errs, 4)
		assert.Equal(t, errBoom, errs[0])
		_, ok := errors.AsType[*PanicError](errs[1])
		assert.True(t, ok)
		assert.Equal(t, []error{ErrGoexit, nil}, errs[2:])
	})
}

func TestParallelMapThatIsLeftEarly(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		started, over := 0, new(atomic.Int64)
		seq := func(yield func(int) bool) {
			for i := 0; yield(i); i++ { // for ever
				started++
			}
		}
		for r, err := range ParallelMap(ctx, seq, 3, func(ctx context.Context, n int) (int, error) {
			defer over.Add(1)
			if n > 0 {
				<-ctx.Done()
				time.Sleep(time.Second) // cleans up
			}
			return n, nil
		}) {
			require.NoError(t, err)
			assert.Zero(t, r)
			break
		}
		assert.GreaterOrEqual(t, over.Load(), int64(started), "all are waited for")
	})
}

func TestParallelMapEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, 2500*time.Millisecond)
		defer cancel()
		var got []error
		for _, err := range ParallelMap(ctx, numbers(100), 2, func(ctx context.Context, _ int) (int, error) {
			return takes(time.Second)(ctx)
		}) {
			got = append(got, err)
		}
		assert.Equal(t, []error{nil, nil, nil, nil, context.DeadlineExceeded, context.DeadlineExceeded}, got)
		for range ParallelMap(ctx, numbers(3), 1, takesInt) { //nolint:errcheck // there is none
			assert.Fail(t, "nothing is begun")
		}
	})
}

func takesInt(context.Context, int) (int, error) { return 0, nil }

// What is there is not held back until the limit is reached.
func TestParallelMapYieldsWhatIsReady(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		from := time.Now()
		slow := func(yield func(int) bool) {
			for i := range 3 {
				if !yield(i) {
					return
				}
				time.Sleep(time.Second)
			}
		}
		var at []time.Duration
		for _, err := range ParallelMap(ctx, slow, 100, takesInt) {
			require.NoError(t, err)
			at = append(at, time.Since(from))
			synctest.Wait()
		}
		assert.Len(t, at, 3)
		assert.LessOrEqual(t, at[0], time.Second)
	})
}
