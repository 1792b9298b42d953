//go:build race

package system_test

// crowd is how many children there are at most: the race detector makes each of
// them a good deal more expensive.
const crowd = 10_000
