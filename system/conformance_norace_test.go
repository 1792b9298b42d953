//go:build !race

package system_test

// crowd is how many children there are at most.
const crowd = 100_000
