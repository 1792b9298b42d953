package actor

import (
	"time"

	"github.com/understudy-go/understudy/internal/effect"
)

// effect tells a test what the actor asks of the framework, if there is a test
// that listens.
func (i *incarnation) effect(kind effect.Kind, of string, d time.Duration) {
	if tell := i.runtime().tell; tell != nil {
		tell(effect.Effect{By: i.core.Path(), Kind: kind, Of: of, For: d})
	}
}

// effect is that of an incarnation with a message. Only if somebody listens does
// the message become a value of an interface, which costs.
func (s *Self[M]) effect(kind effect.Kind, d time.Duration, msg M) {
	if tell := s.inc().runtime().tell; tell != nil {
		tell(effect.Effect{By: s.process().Path(), Kind: kind, For: d, Message: msg})
	}
}
