package monitoring

// Severity says how much an event matters. The severities are ordered, so
// that two of them can be compared with <. The zero Severity is none of them:
// where a configuration asks for a severity, it stands for the default.
type Severity uint8

// The severities, from the least to the most important.
const (
	Trace    Severity = iota + 1 // every step: a message taken from a mailbox
	Debug                        // of interest to whoever works on the program
	Info                         // an ordinary change: a child has started
	Warning                      // something was lost or done again: a restart
	Error                        // a failure that somebody has to deal with
	Critical                     // supervision itself has given up
)

// severities is how many severities there are, with a place for the zero one.
const severities = int(Critical) + 1

var severityNames = [severities]string{"unset", "trace", "debug", "info", "warning", "error", "critical"}

// String returns the severity's name in lower case.
func (s Severity) String() string {
	if int(s) >= severities {
		return "unknown"
	}
	return severityNames[s]
}
