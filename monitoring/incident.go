package monitoring

import "time"

// Failure describes the end of one incarnation of a child, or a start that
// did not succeed. It is plain data.
type Failure struct {
	// Path, Name and Type are of the child. Name goes into the names of
	// spans: it is the declared name, or the type for a child that was made
	// at run time, so that there are few different ones.
	Path, Name, Type string
	Incarnation      uint64
	// Message is the Go type of the message in hand, "" if there was none.
	Message string
	// Kind is the class of the end: "normal", "shutdown", "failure", "panic",
	// "goexit" or "abandoned".
	Kind string
	// Err is the cause. If it, or an error it wraps, has a method
	// Stack() string, that is put into the span as its stack trace.
	Err error
	// Verdict is why the supervisor itself had the child end, such as a failed
	// health check; nil if the child ended by itself. It is shown with the
	// decision where the failing message's span, which was there before, cannot
	// show it.
	Verdict error
	// At is when it happened; Depth is how many messages were waiting.
	At    time.Time
	Depth int
	// Trace is the span of the failing message, or that of the incident that
	// was escalated. It is zero if the message was not traced.
	Trace SpanRef
	// Starting says that it was a start that failed. Such a failure begins a
	// new trace, whatever Trace is, lest a crash loop becomes one endless one.
	Starting bool
	// Previous is the incident before, to which a new trace is linked.
	Previous SpanRef
}

// abnormal tells whether something went wrong.
func (f *Failure) abnormal() bool {
	switch f.Kind {
	case "normal", "shutdown":
		return f.Starting
	case "":
		return f.Err != nil
	}
	return true
}

func (f *Failure) typeOrName() string {
	if f.Type == "" {
		return f.Name
	}
	return f.Type
}

// Incident is all that followed from one failure: what was decided, and what
// was done step by step. A supervisor fills it in as it goes and reports it
// when it is over.
type Incident struct {
	Failure Failure

	Supervisor     string // path of the supervisor
	SupervisorType string
	Strategy       string
	RestartType    string
	// Directive is the decision: "restart", "stop", "escalate" or "none". A
	// Directive of "shutdown" stands for an orderly stop in which nothing has
	// failed, one of "start" for a start of the supervisor itself: Failure then
	// names what is stopped or started, and Steps its children. A start makes
	// spans only if it failed, with Err, or is part of an incident; see
	// [Telemetry.Expect]. The shutdown of a whole system has no Supervisor. One of
	// "command" stands for what somebody asked for: its Steps stand under the
	// command's own span, Failure.Trace, and nowhere if that does not exist.
	Directive   string
	Restarts    int
	MaxRestarts int
	Window      time.Duration
	Backoff     time.Duration
	Affected    []string // names of the children it acted on

	Begin, End time.Time
	Steps      []Step // in order
	// Restarted says that what was to be restarted is done, and runs.
	Restarted bool
	// Err is set if the supervisor gave up or escalated.
	Err error
	// Ref is the handle on the incident's span, or zero if nobody will refer
	// to it.
	Ref SpanRef
}

const (
	directiveShutdown = "shutdown"
	directiveStart    = "start"
	directiveCommand  = "command"
)

// isOwn tells whether it is about the supervisor's own start or stop, and not
// about the failure of a child.
func (in *Incident) isOwn() bool {
	return in.Directive == directiveShutdown || in.Directive == directiveStart
}

// isSystem tells whether it is the shutdown of a whole system, which comes once.
func (in *Incident) isSystem() bool { return in.Directive == directiveShutdown && in.Supervisor == "" }

// StepKind tells the steps of an incident apart.
type StepKind uint8

// The kinds of a Step.
const (
	StepStop    StepKind = iota + 1 // a child is stopped
	StepBackoff                     // the supervisor lets time pass
	StepRestart                     // a child is brought back
	StepStart                       // a child is started, often under a StepRestart
	StepPhase                       // the tasks of a phase of a system's shutdown; Child is its name
)

var stepKinds = []string{"unknown", "stop", "backoff", "restart", "start", "phase"}

// String returns the kind in one word, such as "restart".
func (k StepKind) String() string { return kindName(uint8(k), stepKinds) }

// Step is one thing done in an incident.
type Step struct {
	Kind StepKind
	// Child, Path, Type and Incarnation are of the child concerned. Child
	// goes into the span's name, like the Name of a Failure.
	Child, Path, Type string
	Incarnation       uint64
	Begin, End        time.Time
	Reason            string // of a stop, such as "sibling_failed"
	Err               error  // set if the step failed
	// Under is the index of the step of which this one is a part. It must be
	// less than the step's own; -1 means that it is part of the incident.
	Under int
	// IfAny says that the stop of a supervisor is to be shown only if it had
	// children to stop.
	IfAny bool
}
