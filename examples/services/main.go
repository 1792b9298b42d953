// Services puts ordinary Go code under a supervisor: a function that keeps an
// access log, and an http.Server. The server breaks once and is replaced; at the
// end it is shut down in order while it still has a request in hand.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/understudy-go/understudy/supervision"
	"github.com/understudy-go/understudy/system"
)

// A Site is what the server and the function share.
type Site struct {
	out      io.Writer
	requests chan string   // from the server to the access log
	up       chan string   // the URL of each server that is built
	inHand   chan struct{} // takes a value when the slow request has come in
}

// keepLog is the function. It runs until its context is done.
func (s *Site) keepLog(ctx context.Context) error {
	n := 0
	for {
		select {
		case <-s.requests:
			n++
		case <-ctx.Done():
			// The server was started later, so it has stopped before.
			fmt.Fprintf(s.out, "access log: %d requests, closed\n", n)
			return nil
		}
	}
}

// A server is an http.Server with its listener: to listen is part of its start,
// so that one which cannot is known as not started.
type server struct {
	*http.Server
	listener net.Listener
}

// ListenAndServe is what the supervisor calls.
func (s *server) ListenAndServe() error { return s.Serve(s.listener) }

// build makes a server. It is called at every start.
func (s *Site) build() (supervision.Server, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	closing := make(chan struct{})
	pages := http.NewServeMux()
	pages.HandleFunc("/hello", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "hello")
	})
	pages.HandleFunc("/break", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "the listener is gone")
		_ = listener.Close() // so that Serve returns an error
	})
	pages.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		s.inHand <- struct{}{}
		<-closing
		fmt.Fprint(w, "answered while the server shuts down")
	})
	logged := http.NewServeMux()
	logged.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.requests <- r.URL.Path
		pages.ServeHTTP(w, r)
	})
	made := &server{
		Server:   &http.Server{Handler: logged, ReadHeaderTimeout: 10 * time.Second},
		listener: listener,
	}
	made.RegisterOnShutdown(func() { close(closing) })
	s.up <- "http://" + listener.Addr().String()
	return made, nil
}

func run(ctx context.Context, out io.Writer) error {
	site := &Site{
		out:      out,
		requests: make(chan string),
		up:       make(chan string, 8),
		inHand:   make(chan struct{}, 1),
	}
	sys, err := system.Start(ctx, system.Config{
		Name: "site",
		Root: supervision.Spec{Children: []supervision.Child{
			{Process: supervision.FromFunc("access-log", site.keepLog)},
			{Process: supervision.FromServer("web", site.build), Shutdown: supervision.Graceful(10 * time.Second)},
		}},
		Logger: slog.New(slog.DiscardHandler), // the failure is on purpose: no log line
	})
	if err != nil {
		return err
	}
	defer sys.Shutdown(ctx)

	url := <-site.up
	for _, path := range []string{"/hello", "/break"} {
		if err := show(ctx, out, url, path); err != nil {
			return err
		}
	}
	url = <-site.up // of the next server
	if err := show(ctx, out, url, "/hello"); err != nil {
		return err
	}
	web, err := supervision.Lookup(ctx, sys.Root(), "web")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "web is %v after %d restart; it had lost its listener: %v\n",
		web.State, web.Restarts, errors.Is(web.LastError, net.ErrClosed))

	answer := make(chan error, 1)
	var text string
	go func() {
		var err error
		text, err = get(ctx, url+"/slow")
		answer <- err
	}()
	<-site.inHand
	if err := sys.Shutdown(ctx); err != nil {
		return err
	}
	err = <-answer
	fmt.Fprintf(out, "/slow: %s\n", text)
	return err
}

// show gets a page and prints it.
func show(ctx context.Context, out io.Writer, url, path string) error {
	text, err := get(ctx, url+path)
	if err == nil {
		fmt.Fprintf(out, "%s: %s\n", path, text)
	}
	return err
}

// get gets a page over a connection of its own.
func get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var text strings.Builder
	_, err = io.Copy(&text, response.Body)
	return text.String(), err
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}
