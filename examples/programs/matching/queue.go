package main

// An open order waits for its match.
type open struct {
	Order
	number int // of all that were placed
}

// A queue is one side of a book, a heap with the best order on top: that with
// the best price, the older one if two have the same.
type queue struct{ orders []open }

func (q *queue) Len() int      { return len(q.orders) }
func (q *queue) Swap(i, j int) { q.orders[i], q.orders[j] = q.orders[j], q.orders[i] }

func (q *queue) Less(i, j int) bool {
	a, b := q.orders[i], q.orders[j]
	switch {
	case a.Price == b.Price:
		return a.number < b.number
	case a.Side == Buy:
		return a.Price > b.Price
	}
	return a.Price < b.Price
}

// Push implements heap.Interface, which is older than generics.
func (q *queue) Push(x any) {
	if o, ok := x.(open); ok {
		q.orders = append(q.orders, o)
	}
}

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := len(q.orders) - 1
	x := q.orders[last]
	q.orders = q.orders[:last]
	return x
}
