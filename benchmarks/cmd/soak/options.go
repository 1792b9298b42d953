package main

import (
	"errors"
	"time"
)

// options say how to soak.
type options struct {
	length  time.Duration
	actors  int
	senders int
	seed    uint64
}

func (o options) validate() error {
	switch {
	case o.length <= 0:
		return errors.New("-for is not positive")
	case o.actors <= 0:
		return errors.New("-actors is not positive")
	case o.senders <= 0:
		return errors.New("-senders is not positive")
	}
	return nil
}

// levels is how many levels of supervisors there are, the root among them.
const levels = 5

// crowd is about how many actors a supervisor of the last level has.
const crowd = 20

// shape returns how many supervisors each supervisor but the last has, and how
// many actors each of the last.
func (o options) shape() (branches, members int) {
	branches = 2
	for teams(branches)*crowd < o.actors {
		branches++
	}
	n := teams(branches)
	return branches, (o.actors + n - 1) / n
}

// teams is how many supervisors the last level has.
func teams(branches int) int {
	n := 1
	for range levels - 1 {
		n *= branches
	}
	return n
}
