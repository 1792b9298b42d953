package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/examples/internal/audit"
	"github.com/understudy-go/understudy/system"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A customer sends requests, each over a connection of its own, and notes the
// answers.
type customer struct{ url string }

func (c customer) ask(method, path string) string {
	request, err := http.NewRequestWithContext(context.Background(), method, c.url+path, http.NoBody)
	if err != nil {
		return err.Error()
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %s: %d %s", method, path, response.StatusCode, strings.TrimSpace(string(text)))
}

// The service is told to end while it is asked. Nothing here waits for time.
func Example() {
	ctx, end := context.WithCancel(context.Background()) // takes the place of the signal
	defer end()
	var c customer
	inHand, closing, last := make(chan struct{}), make(chan struct{}), make(chan string, 1)
	err := run(ctx, Bakery{
		out:  os.Stdout,
		addr: "127.0.0.1:0",
		bake: func(loaf int) {
			if loaf == 3 {
				close(inHand)
				<-closing
			}
		},
		open: func(url string) {
			c.url = url
			fmt.Println(c.ask("GET", "/livez"))
			fmt.Println(c.ask("GET", "/readyz"))
			fmt.Println(c.ask("POST", "/orders"))
			fmt.Println("told to end")
			end()
		},
		notice: func(context.Context) error {
			fmt.Println(c.ask("GET", "/livez"))
			fmt.Println(c.ask("GET", "/readyz"))
			fmt.Println(c.ask("POST", "/orders"))
			go func() { last <- c.ask("POST", "/orders") }()
			<-inHand
			fmt.Println("noticed")
			return nil
		},
		close: func() {
			fmt.Println("nothing more is taken")
			close(closing)
		},
	})
	fmt.Println(<-last)
	fmt.Println("ended:", err)
	// Output:
	// GET /livez: 200 {"ok":true,"state":"running"}
	// GET /readyz: 200 {"ok":true,"state":"running"}
	// POST /orders: 200 loaf 1
	// told to end
	// GET /livez: 200 {"ok":true,"state":"stopping"}
	// GET /readyz: 503 {"ok":false,"state":"stopping"}
	// POST /orders: 200 loaf 2
	// noticed
	// nothing more is taken
	// the till is closed
	// POST /orders: 200 loaf 3
	// ended: <nil>
}

func TestPauseIsCutShort(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(system.ErrTaskTimeout)
	require.ErrorIs(t, pause(ctx), system.ErrTaskTimeout)
}

func TestRunTellsThatItCannotListen(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	err = run(t.Context(), Bakery{out: t.Output(), addr: l.Addr().String(), close: func() {}, notice: pause})
	require.ErrorContains(t, err, "web")
}

// An order after hours is refused.
func TestOrderAfterTheEnd(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	var c customer
	require.NoError(t, run(ctx, Bakery{
		out: t.Output(), addr: "127.0.0.1:0", bake: func(int) {}, close: func() {},
		notice: func(context.Context) error { return nil },
		open:   func(url string) { c.url = url; end() },
	}))
	assert.Contains(t, c.ask("POST", "/orders"), "refused")
}

func TestProgramIsTyped(t *testing.T) {
	found, err := audit.Untyped(t.Context(), ".")
	require.NoError(t, err)
	assert.Empty(t, found)
}
