// Wordcount counts the words of some documents by map and reduce: a pool of
// mappers, each of which takes the next document when it is free, and reducers
// among which the words are divided. One document crashes whoever maps it; it
// is tried twice, given up, and told of at the end.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/supervision/pool"
	"github.com/understudy-go/understudy/system"
)

type Document struct{ Name, Text string }

// Map is answered with how many words the document has.
type Map struct {
	Document
	Words actor.Reply[int]
}

// Reduce is what a reducer takes.
type Reduce interface{ reduce() }

type Add struct {
	Word  string
	Times int
}
type Get struct{ Reply actor.Reply[map[string]int] }

func (Add) reduce() {}
func (Get) reduce() {}

// A Mapper counts the words of one document. It tells the reducers only when it
// has all of them, so that nothing of a document it crashes on is counted.
type Mapper struct {
	reducer func(word string) actor.Ref[Reduce]
}

func (m *Mapper) Receive(ctx context.Context, doc Map) error {
	counts, words := map[string]int{}, 0
	for word := range strings.FieldsSeq(strings.ToLower(doc.Text)) {
		if strings.ContainsRune(word, 0) {
			panic("no text")
		}
		counts[strings.Trim(word, ".,;!?")]++
		words++
	}
	for word, times := range counts {
		if err := m.reducer(word).Send(ctx, Add{word, times}); err != nil {
			return err
		}
	}
	doc.Words.Send(words)
	return nil
}

// A Reducer adds up the words that are its own.
type Reducer struct{ totals map[string]int }

func (r *Reducer) Receive(_ context.Context, msg Reduce) error {
	switch msg := msg.(type) {
	case Add:
		r.totals[msg.Word] += msg.Times
	case Get:
		msg.Reply.Send(maps.Clone(r.totals))
	}
	return nil
}

func run(ctx context.Context, out io.Writer, corpus []Document) (err error) {
	reducers := supervision.NewPartitioned(supervision.Spec{Name: "reducers"}, 3, func(n int) *actor.Process[Reduce] {
		return actor.New(actor.Spec[Reduce]{
			Name: fmt.Sprint("reducer-", n),
			New:  actor.Make(func() *Reducer { return &Reducer{totals: map[string]int{}} }),
		})
	})
	mappers := pool.New(pool.Spec[Map]{
		Name:     "mappers",
		Size:     2,
		Route:    pool.Pull,
		Attempts: 2,
		Worker:   actor.Spec[Map]{New: actor.Make(func() *Mapper { return &Mapper{reducers.For} })},
	})
	sys, err := system.Start(ctx, system.Config{
		Name:   "wordcount",
		Logger: slog.New(slog.DiscardHandler), // what crashes is told of in the output
		Root: supervision.Spec{Children: []supervision.Child{
			{Process: reducers.Supervisor}, {Process: mappers.Supervisor}, // who sends starts last
		}},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(context.WithoutCancel(ctx))) }()

	words := actor.ParallelMap(ctx, slices.Values(corpus), 4, func(ctx context.Context, doc Document) (int, error) {
		return actor.Ask(ctx, mappers.Ref, func(r actor.Reply[int]) Map { return Map{doc, r} })
	})
	next := 0
	for n, err := range words {
		if err != nil {
			fmt.Fprintf(out, "%s: %v\n", corpus[next].Name, err)
		} else {
			fmt.Fprintf(out, "%s: %d words\n", corpus[next].Name, n)
		}
		next++
	}

	// Each mapper that answers is back. A crash that the shutdown overtakes would be
	// part of what that returns.
	for mapper := range mappers.All() {
		if _, err := actor.Ask(ctx, mapper, func(r actor.Reply[int]) Map { return Map{Document{Name: "nothing"}, r} }); err != nil {
			return err
		}
	}

	totals := map[string]int{}
	for reducer := range reducers.All() {
		part, err := actor.Ask(ctx, reducer, func(r actor.Reply[map[string]int]) Reduce { return Get{r} })
		if err != nil {
			return err
		}
		maps.Copy(totals, part)
	}
	top := slices.SortedFunc(maps.Keys(totals), func(a, b string) int {
		return cmp.Or(cmp.Compare(totals[b], totals[a]), cmp.Compare(a, b))
	})
	for _, word := range top[:min(3, len(top))] {
		fmt.Fprintln(out, totals[word], word)
	}
	return nil
}

var corpus = []Document{
	{"hamlet", "To be, or not to be, that is the question."},
	{"picture", "GIF89a \x00\x01 to"},
	{"lear", "Nothing will come of nothing: speak again."},
	{"as you like it", "All the world's a stage, and all the men and women merely players."},
}

func main() {
	if err := run(context.Background(), os.Stdout, corpus); err != nil {
		log.Fatal(err)
	}
}
