package monitoring

import "sync"

// job is a piece of work for a lane.
type job interface {
	// do carries the job out and tells whether it could. It may call the
	// user's code, and so block, panic or end the goroutine.
	do() bool
	// lost is called once for a job that is not, or not fully, carried out.
	// It must not block.
	lost()
}

// lane is a bounded queue of jobs and the goroutine that does them, in order.
// The goroutine lives only while there are jobs: a lane at rest is no more
// than its memory, so it needs no closing, and a synctest bubble around it
// comes to rest.
//
// There are several lanes to a Telemetry, so that whoever blocks one of them
// (an exporter, a log handler, a monitor) does not block the others.
type lane struct {
	size int // how many jobs may be waiting or in progress

	mu    sync.Mutex // protects what follows; never held while a job is done
	jobs  []job      // waiting, from head on
	head  int
	taken int           // waiting or in progress
	idle  chan struct{} // closed when the goroutine ends; nil if there is none
}

// put queues a job, or loses it if there is no room. It never blocks.
func (l *lane) put(j job) {
	if !l.push(j) {
		j.lost()
	}
}

func (l *lane) push(j job) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken == l.size {
		return false
	}
	l.taken++
	if len(l.jobs) == cap(l.jobs) && l.head > len(l.jobs)/2 {
		// A queue that never runs empty would grow for ever at one end.
		n := copy(l.jobs, l.jobs[l.head:])
		clear(l.jobs[n:])
		l.jobs, l.head = l.jobs[:n], 0
	}
	l.jobs = append(l.jobs, j)
	if l.idle == nil {
		l.idle = make(chan struct{})
		go l.run(l.idle)
	}
	return true
}

// busy returns a channel that is closed when the lane next comes to rest, or
// nil if it is at rest.
func (l *lane) busy() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.idle
}

// run is the lane's goroutine.
func (l *lane) run(idle chan struct{}) {
	defer l.leave(idle)
	for {
		j := l.next()
		if j == nil {
			return
		}
		l.step(j)
	}
}

// next takes the first job, or returns nil if there is none.
func (l *lane) next() job {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.head == len(l.jobs) {
		return nil
	}
	j := l.jobs[l.head]
	l.jobs[l.head] = nil
	l.head++
	if l.head == len(l.jobs) {
		l.jobs, l.head = l.jobs[:0], 0
	}
	return j
}

// step does one job, whatever the user's code in it does.
func (l *lane) step(j job) {
	done := false
	defer func() {
		_ = recover() // of the user's code; the job counts as lost
		if !done {
			j.lost()
		}
		l.mu.Lock()
		l.taken--
		l.mu.Unlock()
	}()
	done = j.do()
}

// leave ends the goroutine, unless a job has come since next found none, or
// the user's code called runtime.Goexit while jobs were waiting: then another
// goroutine goes on, under the same promise to close idle.
func (l *lane) leave(idle chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.head < len(l.jobs) {
		go l.run(idle)
		return
	}
	l.jobs, l.head = nil, 0 // an idle lane keeps no buffer
	l.idle = nil
	close(idle)
}
