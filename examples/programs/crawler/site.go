package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// A Site is a few hosts in memory, on which one page works at the second try
// only and another one never.
type Site struct {
	mu    sync.Mutex
	tries map[string]int // protected by mu
}

func (s *Site) Fetch(ctx context.Context, url string) ([]string, error) {
	host, _, _ := strings.Cut(url, "/")
	select {
	case <-time.After(latency[host]):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries == nil {
		s.tries = map[string]int{}
	}
	s.tries[url]++
	switch {
	case url == "b.org/down":
		return nil, errors.New("503")
	case url == "a.org/flaky" && s.tries[url] == 1:
		return nil, errors.New("502")
	}
	return links[url], nil
}

var latency = map[string]time.Duration{
	"a.org": 100 * time.Millisecond,
	"b.org": 120 * time.Millisecond,
	"c.org": 150 * time.Millisecond,
}

var links = map[string][]string{
	"a.org/":      {"a.org/1", "a.org/flaky", "b.org/", "c.org/"},
	"a.org/1":     {"a.org/", "a.org/flaky"},
	"a.org/flaky": {"c.org/2"},
	"b.org/":      {"b.org/down", "a.org/1"},
	"c.org/":      {"c.org/"},
	"c.org/2":     {"c.org/3"},
	"c.org/3":     {"c.org/4"},
}
