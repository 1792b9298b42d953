package main

import "sync"

// A Step is one of those that a transfer takes. It is also the message by which
// a saga tells itself to take it.
type Step string

const (
	Begin    Step = ""
	Withdraw Step = "withdraw"
	Deposit  Step = "deposit"
	Refund   Step = "refund"

	Done     Step = "done"     // an end: nothing is left to do
	Refunded Step = "refunded" // the other one
)

// A Journal remembers how far each transfer has come. It outlives the sagas, as
// a table of a database would.
type Journal struct {
	mu    sync.Mutex
	steps map[string][]Step // protected by mu
}

// Note says that a transfer is about to take a step, or has reached an end.
func (j *Journal) Note(transfer string, s Step) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.steps == nil {
		j.steps = make(map[string][]Step)
	}
	j.steps[transfer] = append(j.steps[transfer], s)
}

// Steps returns what was noted of a transfer.
func (j *Journal) Steps(transfer string) []Step {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.steps[transfer]
}

// Last returns what was noted last, Begin if nothing was.
func (j *Journal) Last(transfer string) Step {
	steps := j.Steps(transfer)
	if len(steps) == 0 {
		return Begin
	}
	return steps[len(steps)-1]
}
