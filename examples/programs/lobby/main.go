// Program lobby brings players together. Each game has a room, an actor that is
// there as long as somebody is in it; who is in which room is known by groups.
// Rooms watch their players: one who leaves, or crashes, is missed by the others.
//
//	go run ./examples/programs/lobby
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"slices"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// temporary is the policy for players, who are not brought back.
var temporary = supervision.Spec{Defaults: supervision.Defaults{Restart: supervision.Temporary}}

// run lets four players play two games, and writes what they hear of each other.
func run(ctx context.Context, out io.Writer) (err error) {
	var (
		players Players
		diary   = actor.New(actor.Spec[DiaryMsg]{Name: "diary", New: actor.Make(newDiary)})
		rooms   = supervision.NewDynamic(supervision.Spec{
			Name:     "rooms",
			Defaults: supervision.Defaults{Restart: supervision.Transient},
		})
		lobby = actor.New(lobby(rooms.Ref, &players))
	)
	sys, err := system.Start(ctx, system.Config{
		Name:   "arcade",
		Logger: slog.New(slog.DiscardHandler), // the crash is on purpose
		Root: supervision.Spec{
			Strategy: supervision.OneForAll,
			Children: []supervision.Child{{Process: diary}, {Process: rooms}, {Process: lobby}},
		},
		Spawned: temporary,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()

	join := func(name, game string) (p actor.Ref[PlayerMsg], room actor.Ref[RoomMsg], err error) {
		if p, err = system.Spawn(ctx, sys, player(name, diary.Ref)); err != nil {
			return p, room, err
		}
		room, err = actor.Ask(ctx, lobby.Ref, func(r actor.Reply[actor.Ref[RoomMsg]]) LobbyMsg { return Join{game, p, r} })
		return p, room, err
	}
	_, _, err1 := join("ann", "chess")
	bob, _, err2 := join("bob", "chess")
	cid, _, err3 := join("cid", "go")
	dot, board, err4 := join("dot", "go")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	fmt.Fprintln(out, "games:", slices.Sorted(players.Keys()))

	if err := errors.Join(bob.Send(ctx, Leave{}), cid.Send(ctx, PullThePlug{})); err != nil {
		return err
	}
	// By then ann has missed bob, and dot has missed cid.
	pages, err := actor.Ask(ctx, diary.Ref, func(r actor.Reply[[]string]) DiaryMsg { return Read{4, r} })
	if err != nil {
		return err
	}
	slices.Sort(pages)
	for _, page := range pages {
		fmt.Fprintln(out, page)
	}

	// The room ends with its last player.
	if err := dot.Send(ctx, Leave{}); err != nil {
		return err
	}
	end, err := actor.Await(ctx, board)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "the room of go:", end.Kind)
	fmt.Fprintln(out, "games:", slices.Sorted(players.Keys()))

	// Who wants to play go after that gets another one.
	_, next, err := join("eve", "go")
	fmt.Fprintln(out, "the same room again:", next == board)
	return err
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
