package actor

import (
	"time"

	"github.com/understudy-go/understudy/monitoring"
)

// An envelope is a message in a mailbox.
type envelope[M any] struct {
	msg  M
	meta *meta // nil for a message that is neither traced nor an ask, nor adapted
}

// name is the name of the message's type, as it was sent.
func (e envelope[M]) name() string {
	if e.meta != nil && e.meta.adapted != nil {
		return e.meta.adapted.name()
	}
	return messageName(e.msg)
}

// meta is what few messages have.
type meta struct {
	ask      ask                // the question to answer; nil for a plain message
	deadline time.Time          // when the asker gives up; zero: never
	from     monitoring.SpanRef // the sampled span that the message was sent in
	sent     time.Time          // when it was; zero when it is neither traced nor timed
	timed    bool               // its times go into the metrics
	stashed  bool               // the message was put aside while it was in hand
	adapted  adapted            // what came through an adapter; msg is zero then
}

// fail tells the asker, if there is one, that no answer will come.
func (m *meta) fail(cause error) {
	if m != nil && m.ask != nil {
		m.ask.fail(cause)
	}
}
