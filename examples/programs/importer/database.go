package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// What can go wrong with a database.
var (
	ErrConnection = errors.New("connection lost")
	ErrDiskFull   = errors.New("disk full")
)

// latency is how long a write takes.
const latency = 5 * time.Millisecond

// A Database takes rows until its disk is full, and loses a connection once.
type Database struct {
	Room   int // rows
	LoseAt int // the write at which a connection is lost

	mu     sync.Mutex // protects all below
	writes int
	rows   []Row
}

// Connect returns a connection.
func (d *Database) Connect(ctx context.Context) (*Conn, error) {
	return &Conn{d}, context.Cause(ctx)
}

// Close says how many rows there are.
func (d *Database) Close() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.rows)
}

// A Conn is a connection to a database.
type Conn struct{ db *Database }

// Write writes a row.
func (c *Conn) Write(ctx context.Context, row Row) error {
	select {
	case <-time.After(latency):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	c.db.mu.Lock()
	defer c.db.mu.Unlock()
	switch c.db.writes++; {
	case c.db.writes == c.db.LoseAt:
		return ErrConnection
	case len(c.db.rows) == c.db.Room:
		return ErrDiskFull
	}
	c.db.rows = append(c.db.rows, row)
	return nil
}
