// Crawler visits the pages of a site in memory, politely: at most three at a
// time, a new one of each host once in a second, none twice, and none further
// than three links away. Each page is an actor. One that cannot be fetched
// fails, is restarted by its supervisor, later each time, and given up at the
// third try.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/understudy-go/understudy/actor"
	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

const (
	atATime  = 3
	gap      = time.Second // between two pages of a host
	depth    = 3
	attempts = 3
)

var errGivenUp = errors.New("given up")

// Fetch gets the links of a page.
type Fetch func(ctx context.Context, url string) ([]string, error)

type Link struct {
	URL   string
	Depth int
}

func (l Link) host() string { host, _, _ := strings.Cut(l.URL, "/"); return host }

// Msg is what a crawler takes.
type Msg interface{ crawler() }

type Crawl struct {
	Seed string
	Done actor.Reply[int] // the number of pages that were fetched
}
type Found struct { // from a page
	Link
	Links []string
}
type Gone struct{ actor.Down }    // a page has ended
type Polite struct{ host string } // a host may be visited again

func (Crawl) crawler()  {}
func (Found) crawler()  {}
func (Gone) crawler()   {}
func (Polite) crawler() {}

type Crawler struct {
	self   *actor.Self[Msg]
	timers *actor.Timers[string, Msg]
	visit  func(context.Context, Visit) (actor.Ref[Fetched], error)
	out    io.Writer
	start  time.Time

	seen    map[string]bool
	waiting []Link
	pages   map[string]Link // by the paths of their actors
	fetched int
	done    actor.Reply[int]
}

func (c *Crawler) Receive(ctx context.Context, msg Msg) error {
	switch msg := msg.(type) {
	case Crawl:
		c.done = msg.Done
		c.add(Link{URL: msg.Seed})
	case Found:
		c.fetched++
		c.tell(msg.URL, len(msg.Links), "links")
		for _, url := range msg.Links {
			c.add(Link{url, msg.Depth + 1})
		}
	case Gone:
		if msg.Kind.Abnormal() {
			c.tell(c.pages[msg.Path].URL, msg.Err)
		}
		delete(c.pages, msg.Path)
	case Polite:
	}
	return c.next(ctx)
}

func (c *Crawler) add(l Link) {
	if l.Depth <= depth && !c.seen[l.URL] {
		c.seen[l.URL] = true
		c.waiting = append(c.waiting, l)
	}
}

// next visits as many pages as may be visited now.
func (c *Crawler) next(ctx context.Context) error {
	var later []Link
	for _, link := range c.waiting {
		if len(c.pages) == atATime || c.timers.Active(link.host()) {
			later = append(later, link)
			continue
		}
		page, err := c.visit(ctx, Visit{link, c.self.Ref()})
		if err != nil {
			return err
		}
		c.pages[page.Path()] = link
		if err := c.self.Watch(page, func(d actor.Down) Msg { return Gone{d} }); err != nil {
			return err
		}
		c.timers.After(link.host(), gap, Polite{link.host()})
	}
	c.waiting = later
	if len(c.waiting)+len(c.pages) == 0 {
		c.done.Send(c.fetched)
	}
	return nil
}

func (c *Crawler) tell(url string, what ...any) {
	fmt.Fprintf(c.out, "%.2fs %s: %s", time.Since(c.start).Seconds(), url, fmt.Sprintln(what...))
}

// Visit is what a page is made from.
type Visit struct {
	Link
	crawler actor.Ref[Msg]
}

// Fetched is what a page takes: the outcome of its task.
type Fetched struct {
	links []string
	err   error
}

// page declares the actor of a page, which fetches it and ends.
func page(fetch Fetch, v Visit) actor.Spec[Fetched] {
	return actor.Spec[Fetched]{Type: "Page", New: func(_ context.Context, self *actor.Self[Fetched]) (actor.Actor[Fetched], error) {
		actor.Async(self,
			func(ctx context.Context) ([]string, error) { return fetch(ctx, v.URL) },
			func(links []string, err error) Fetched { return Fetched{links, err} })
		return actor.Func[Fetched](func(ctx context.Context, msg Fetched) error {
			switch {
			case msg.err != nil && self.Incarnation() == attempts:
				return fmt.Errorf("%w: %w", errGivenUp, msg.err)
			case msg.err != nil:
				return msg.err
			}
			return errors.Join(v.crawler.Send(ctx, Found{v.Link, msg.links}), actor.ErrStop)
		}), nil
	}}
}

func run(ctx context.Context, out io.Writer, fetch Fetch, seed string) (err error) {
	pages := supervision.NewDynamic(supervision.Spec{
		Name:  "pages",
		Limit: supervision.AtMost(1000, time.Minute),
		Defaults: supervision.Defaults{
			Restart: supervision.Transient,
			Backoff: &supervision.Backoff{Base: gap},
			Decider: []supervision.Rule{supervision.When(errGivenUp).Stop()},
		},
	})
	visit := supervision.Template(pages.Ref, "page", func(v Visit) actor.Spec[Fetched] { return page(fetch, v) })
	crawler := actor.New(actor.Spec[Msg]{Name: "crawler", New: func(_ context.Context, self *actor.Self[Msg]) (actor.Actor[Msg], error) {
		return &Crawler{
			self: self, timers: actor.NewTimers[string](self), visit: visit, out: out, start: time.Now(),
			seen: map[string]bool{}, pages: map[string]Link{},
		}, nil
	}})
	sys, err := system.Start(ctx, system.Config{
		Name:   "web",
		Logger: slog.New(slog.DiscardHandler), // what fails is told of in the output
		Root: supervision.Spec{
			Strategy: supervision.OneForAll,
			Children: []supervision.Child{{Process: pages}, {Process: crawler}},
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(context.WithoutCancel(ctx))) }()

	n, err := actor.Ask(ctx, crawler.Ref, func(r actor.Reply[int]) Msg { return Crawl{seed, r} })
	if err == nil {
		fmt.Fprintln(out, n, "pages")
	}
	return err
}

func main() {
	if err := run(context.Background(), os.Stdout, new(Site).Fetch, "a.org/"); err != nil {
		log.Fatal(err)
	}
}
