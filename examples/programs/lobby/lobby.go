package main

import (
	"context"
	"errors"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
)

// A LobbyMsg is what the lobby takes.
type LobbyMsg interface{ lobby() }

// Join brings a player to the room of a game, and is answered with that.
type Join struct {
	Game   string
	Player actor.Ref[PlayerMsg]
	Reply  actor.Reply[actor.Ref[RoomMsg]]
}

// Entered says what the room made of it.
type Entered struct {
	Join
	Room actor.Ref[RoomMsg]
	Err  error
}

// Closed says that a game's room has ended.
type Closed struct {
	Game string
	Room actor.Ref[RoomMsg]
}

func (Join) lobby()   {}
func (Closed) lobby() {}

// A Lobby knows the rooms.
type Lobby struct {
	self  *actor.Self[LobbyMsg]
	open  func(ctx context.Context, game string) (actor.Ref[RoomMsg], error)
	rooms map[string]actor.Ref[RoomMsg]
}

// lobby declares the lobby.
func lobby(rooms actor.Ref[supervision.Message], players *Players) actor.Spec[LobbyMsg] {
	return actor.Spec[LobbyMsg]{Name: "lobby", New: actor.MakeWith(func(self *actor.Self[LobbyMsg]) *Lobby {
		return &Lobby{
			self: self,
			open: supervision.Template(rooms, "room", func(game string) actor.Spec[RoomMsg] {
				return room(game, players)
			}),
			rooms: make(map[string]actor.Ref[RoomMsg]),
		}
	})}
}

// Receive implements actor.Actor.
func (l *Lobby) Receive(ctx context.Context, msg LobbyMsg) error {
	switch msg := msg.(type) {
	case Join:
		return l.join(ctx, msg)
	case Entered:
		if errors.Is(msg.Err, actor.ErrStopped) { // the last player has just gone
			l.closed(msg.Game, msg.Room)
			return l.join(ctx, msg.Join)
		}
		msg.Reply.Answer(msg.Room, msg.Err)
	case Closed:
		l.closed(msg.Game, msg.Room)
	}
	return nil
}

func (l *Lobby) join(ctx context.Context, msg Join) error {
	room, ok := l.rooms[msg.Game]
	if !ok {
		var err error
		if room, err = l.open(ctx, msg.Game); err != nil {
			msg.Reply.Fail(err)
			return nil
		}
		l.rooms[msg.Game] = room
		err = l.self.Watch(room, func(actor.Down) LobbyMsg { return Closed{msg.Game, room} })
		if err != nil {
			return err
		}
	}
	actor.AskAsync(ctx, l.self, room,
		func(r actor.Reply[struct{}]) RoomMsg { return Enter{msg.Player, r} },
		func(_ struct{}, err error) LobbyMsg { return Entered{msg, room, err} })
	return nil
}

func (l *Lobby) closed(game string, room actor.Ref[RoomMsg]) {
	if l.rooms[game] == room {
		delete(l.rooms, game)
	}
}
