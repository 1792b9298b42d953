package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// Chaos is called by a parser in the middle of each attempt at a file, with the
// context in which it works, and may panic.
type Chaos func(ctx context.Context, file string, attempt int)

// noChaos leaves parsers in peace.
func noChaos(context.Context, string, int) {}

// newChaos panics at the given rate. Whether it does is drawn by lot from seed,
// file and attempt alone: however the files are spread over the parsers, the
// same ones crash. The last resort is spared, or there would be none.
func newChaos(rate float64, seed uint64) Chaos {
	return func(_ context.Context, file string, attempt int) {
		h := fnv.New64a()
		fmt.Fprintf(h, "%s#%d", file, attempt)
		lot := rand.New(rand.NewPCG(seed, h.Sum64())).Float64()
		if lot < rate && attempt <= attempts {
			panic(fmt.Sprintf("chaos in attempt %d at %s", attempt, file))
		}
	}
}
