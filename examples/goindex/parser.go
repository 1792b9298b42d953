package main

import (
	"context"

	"github.com/understudy-go/understudy/actor"
)

// ParserMsg is what a Parser takes.
type ParserMsg interface{ parser() }

// Parse asks what is in a file. The answer is an error if the file cannot be
// read. Attempt counts from 1.
type Parse struct {
	File    File
	Attempt int
	Reply   actor.Reply[Facts]
}

// Ready asks whether the parser runs. While it is being restarted the question
// waits.
type Ready struct{ Reply actor.Reply[bool] }

func (Parse) parser() {}
func (Ready) parser() {}

// A Parser reads files, one at a time. It holds nothing from one file to the
// next, so a restart loses no more than the file in hand.
type Parser struct{ chaos Chaos }

// Receive implements actor.Actor.
func (p *Parser) Receive(ctx context.Context, msg ParserMsg) error {
	switch msg := msg.(type) {
	case Parse:
		source, err := parse(msg.File)
		if err != nil {
			msg.Reply.Fail(err)
			return nil
		}
		p.chaos(ctx, msg.File.Name, msg.Attempt)
		msg.Reply.Send(source.count())
	case Ready:
		msg.Reply.Send(true)
	}
	return nil
}
