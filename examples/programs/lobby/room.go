package main

import (
	"context"

	"github.com/understudy-go/understudy/actor"
)

// Players are those who are in a room, by the game that it is for.
type Players = actor.Groups[string, PlayerMsg]

// A RoomMsg is what a room takes.
type RoomMsg interface{ room() }

// Enter brings a player in, and is answered when the others know.
type Enter struct {
	Player actor.Ref[PlayerMsg]
	Reply  actor.Reply[struct{}]
}

// Gone says that a player is not there any more.
type Gone struct{ actor.Down }

func (Enter) room() {}
func (Gone) room()  {}

// A Room is for one game.
type Room struct {
	game    string
	self    *actor.Self[RoomMsg]
	players *Players
}

func room(game string, players *Players) actor.Spec[RoomMsg] {
	return actor.Spec[RoomMsg]{
		New: func(_ context.Context, self *actor.Self[RoomMsg]) (actor.Actor[RoomMsg], error) {
			r := &Room{game, self, players}
			// After a crash the players of the room before are in the group still.
			for p := range players.Members(game) {
				if err := r.watch(p); err != nil {
					return nil, err
				}
			}
			return r, nil
		},
	}
}

func (r *Room) watch(p actor.Ref[PlayerMsg]) error {
	return r.self.Watch(p, func(d actor.Down) RoomMsg { return Gone{d} })
}

// Receive implements actor.Actor.
func (r *Room) Receive(ctx context.Context, msg RoomMsg) error {
	switch msg := msg.(type) {
	case Enter:
		if err := r.watch(msg.Player); err != nil {
			return err
		}
		if _, err := r.players.Send(ctx, r.game, Hear{msg.Player.Name() + " is here"}); err != nil {
			return err
		}
		if err := r.players.Join(r.game, msg.Player); err != nil {
			msg.Reply.Fail(err) // it has ended already, of which Gone tells
			return nil
		}
		msg.Reply.Send(struct{}{})
	case Gone:
		text := " has left"
		if msg.Kind.Abnormal() {
			text = " has crashed"
		}
		if r.players.Len(r.game) == 0 {
			return actor.ErrStop
		}
		_, err := r.players.Send(ctx, r.game, Hear{name(msg.Path) + text})
		return err
	}
	return nil
}
