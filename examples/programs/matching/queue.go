package main

// An open order waits for its match.
type open struct {
	Order
	number int // of all that were placed
}

// A queue is one side of a book, a heap with the best order on top: that with
// the best price, the older one if two have the same.
type queue []open

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	switch {
	case a.Price == b.Price:
		return a.number < b.number
	case a.Side == Buy:
		return a.Price > b.Price
	}
	return a.Price < b.Price
}

func (q *queue) Push(x any) { *q = append(*q, x.(open)) }

func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}
