package actortest

import (
	"fmt"
	"strings"
	"time"

	"github.com/understudy-go/understudy/internal/effect"
)

// An EffectKind tells effects apart.
type EffectKind uint8

// What an actor asks of the framework through its Self. Each names the fields of
// the Effect that it fills.
const (
	// Started a child: Of.
	Started EffectKind = EffectKind(effect.Start)
	// Stopped a child: Of, and For, the time that it was given.
	Stopped EffectKind = EffectKind(effect.Stop)
	// Watched, Unwatched another actor: Of, its path.
	Watched   EffectKind = EffectKind(effect.Watch)
	Unwatched EffectKind = EffectKind(effect.Unwatch)
	// Linked to, Unlinked from another actor: Of, its path.
	Linked   EffectKind = EffectKind(effect.Link)
	Unlinked EffectKind = EffectKind(effect.Unlink)
	// SetAfter, SetEvery, SetRepeat: set a timer, by Self.After or by Timers, that
	// comes once, at a rate, or with a delay: For, Message, and of Timers the key
	// as text in Of.
	SetAfter  EffectKind = EffectKind(effect.After)
	SetEvery  EffectKind = EffectKind(effect.Every)
	SetRepeat EffectKind = EffectKind(effect.Repeat)
	// Cancelled a timer of Timers: Of, the key as text.
	Cancelled EffectKind = EffectKind(effect.Cancel)
	// SetIdle: OnIdle, with For and Message.
	SetIdle EffectKind = EffectKind(effect.Idle)
	// SetPassivate: Passivate, with For.
	SetPassivate EffectKind = EffectKind(effect.Passive)
	// Continued with a Message ahead of those that wait.
	Continued EffectKind = EffectKind(effect.Continue)
	// RanTask by Async: Of, the name of the function, such as "shop.fetch". That
	// of a function literal is made by the compiler, and depends on where the code
	// around it was inlined: let Effects tell of such a one, and look at the Kind.
	RanTask EffectKind = EffectKind(effect.Task)
)

var effectNames = [...]string{
	Started: "started", Stopped: "stopped", Watched: "watched", Unwatched: "unwatched",
	Linked: "linked", Unlinked: "unlinked", SetAfter: "set after", SetEvery: "set every",
	SetRepeat: "set repeat", Cancelled: "cancelled", SetIdle: "set idle",
	SetPassivate: "set passivate", Continued: "continued", RanTask: "ran task",
}

// String returns the kind in words, such as "set after".
func (k EffectKind) String() string {
	if k == 0 || int(k) >= len(effectNames) {
		return fmt.Sprintf("EffectKind(%d)", uint8(k))
	}
	return effectNames[k]
}

// An Effect is one thing that an actor has asked of the framework.
type Effect[M any] struct {
	Kind    EffectKind
	Of      string // whom it concerns
	For     time.Duration
	Message M // what will be handled then
}

// String describes the effect in one line.
func (e Effect[M]) String() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	if e.Of != "" {
		b.WriteString(" " + e.Of)
	}
	if e.For != 0 {
		b.WriteString(" " + e.For.String())
	}
	switch e.Kind {
	case SetAfter, SetEvery, SetRepeat, SetIdle, Continued:
		b.WriteString(" " + show(e.Message))
	}
	return b.String()
}

// effectOf gives an effect its message's type.
func effectOf[M any](e effect.Effect) Effect[M] {
	msg, _ := e.Message.(M) // none is the zero M
	if e.Kind == effect.Task {
		e.Of = e.Of[strings.LastIndexByte(e.Of, '/')+1:] // without the path of its package
	}
	return Effect[M]{Kind: EffectKind(e.Kind), Of: e.Of, For: e.For, Message: msg}
}
