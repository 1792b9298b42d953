package jaeger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// built is where "make jaeger" puts the program.
const built = "../bin/jaeger"

// program returns the path of Jaeger. A test that cannot have it is skipped,
// or fails if the variable JAEGER says that it is there.
func program(t *testing.T) string {
	t.Helper()
	path, demanded := os.LookupEnv("JAEGER")
	if !demanded {
		path = built
	}
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		if demanded || !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("JAEGER does not name a program: %v", err)
		}
		t.Skipf("Jaeger is not built, there is no %s: make jaeger-test builds it and runs this test", built)
	}
	return path
}

// server is a running Jaeger.
type server struct {
	otlpGRPC, otlpHTTP string // host:port, for spans
	query              string // URL of the query API
}

// start starts a Jaeger on free ports and returns when it is ready. It ends
// with the test.
func start(t *testing.T) server {
	t.Helper()
	path := program(t)
	// Between the choice of the ports and their use somebody else may take one.
	for attempt := 1; ; attempt++ {
		s, err := launch(t, path)
		if err == nil {
			return s
		}
		if attempt == 3 {
			require.NoError(t, err)
		}
		t.Logf("again, with other ports: %v", err)
	}
}

func launch(t *testing.T, path string) (server, error) {
	t.Helper()
	ports := freePorts(t, 5)
	at := func(i int) string { return fmt.Sprint("127.0.0.1:", ports[i]) }

	var log bytes.Buffer
	cmd := exec.Command(path, "--config", "config.yaml") //nolint:noctx // Jaeger itself; it is interrupted below
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.Env = os.Environ()
	for i, name := range []string{"OTLP_GRPC", "OTLP_HTTP", "QUERY", "QUERY_GRPC", "HEALTH"} {
		cmd.Env = append(cmd.Env, fmt.Sprintf("JAEGER_%s_PORT=%d", name, ports[i]))
	}
	require.NoError(t, cmd.Start())
	exited := make(chan struct{})
	var end error
	go func() {
		end = cmd.Wait()
		close(exited)
	}()
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-exited
		}
	}
	ready, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !healthy(ready, "http://"+at(4)+"/status") {
		select {
		case <-exited:
			return server{}, fmt.Errorf("Jaeger has ended: %w\n%s", end, &log)
		case <-ready.Done():
			stop()
			return server{}, fmt.Errorf("Jaeger is not ready: %w\n%s", context.Cause(ready), &log)
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("Jaeger's log:\n%s", &log)
		}
	})
	return server{otlpGRPC: at(0), otlpHTTP: at(1), query: "http://" + at(2)}, nil
}

// healthy reports whether a Jaeger answers there that it is ready.
func healthy(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// freePorts returns ports of 127.0.0.1 that nobody listens on. All are held
// until all are known, so that they differ.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		at, err := netip.ParseAddrPort(l.Addr().String())
		require.NoError(t, err)
		ports = append(ports, int(at.Port()))
	}
	return ports
}
