package benchmarks

import "testing"

// capacity is how many messages can wait in the mailboxes of the throughput
// cases, in every system.
const capacity = 1024

// A message is what every system carries: 16 bytes without pointers.
type message struct {
	from uint64 // the worker that sent it
	seq  uint64 // counts that worker's messages, from 0
}

// A contender is one system that is measured. The loops over messages are the
// contender's own, written as its documentation advises, so that no interface
// of this package stands between them and the system: what is common to all is
// called once a run. A nil field is a case that the system cannot do.
type contender struct {
	name   string
	notes  map[string]string // by case: what the table has to say beside a figure
	faults map[string]string // by case: what is known to go wrong now and then
	large  bool              // a million of its actors take more memory, or minutes, than there are

	tell     setup // each worker sends; one actor gives every message to the tally
	ask      setup // each worker asks one after another; the actor answers with message.answer
	pingPong setup // two actors, a ball; the one that serves gives it to the tally at each return
	restart  setup // see crash
	spawn    func(tb testing.TB, n int, c *census) population
	skynet   func(tb testing.TB) forest
	wire     wiring // see network
}

// contenders lists all systems. A new one is a file of its own and a line here.
var contenders = []contender{
	chan1024,
	understudy,
	understudyNoBound,
	understudyPriority,
	understudySelf,
	protoactorGo,
	hollywoodGo,
	goaktGo,
	goActor,
	phonyGo,
	ergoServices,
	sutureGo,
}

// A setup makes a system ready for one case, has it taken down by tb.Cleanup,
// and returns how one of the workers does n operations. work is called anew
// for each run; the sequence of messages starts at 0 each time. It need not
// wait for the last message: the tally knows.
type setup func(tb testing.TB, t *tally) (work func(worker, n int) error)

// answer is what an actor says to a question.
func (m message) answer() message { return message{m.from, ^m.seq} }

// crash is the message at which the actor of the restart case panics. It is
// followed by one for the tally, which the fresh actor has to handle, and the
// worker waits for that before it sends the next pair.
var crash = message{from: maxWorkers}

// crashed is what the actor panics with.
const crashed = "crashed on purpose"
