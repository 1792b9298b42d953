package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/understudy-go/understudy/actor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, time.Second))
		require.Equal(t, `/readyz 503 {"ok":false,"state":"starting"}
/readyz 200 {"ok":true,"state":"running"}
/prices?item=tea 200 tea costs 310 cents
/prices?item=coal 404 Not Found
/prices?item=air 500 Internal Server Error
/prices?item=tea 504 Gateway Timeout
/prices?item=tea 504 Gateway Timeout
/prices?item=tea 503 Service Unavailable
/readyz 503 {"ok":false,"state":"stopped"}
/prices?item=tea 503 Service Unavailable
GET /prices ERROR Internal Server Error
  ask Prices/Quote ERROR panic: an item for nothing: air
    process Prices/Quote ERROR panic: an item for nothing: air
      supervise prices
        restart prices
          start prices
`, out.String())
	})
}

func TestStatusOf(t *testing.T) {
	for err, status := range map[error]int{
		ErrUnknown: http.StatusNotFound,
		fmt.Errorf("ask: %w", context.DeadlineExceeded): http.StatusGatewayTimeout,
		actor.ErrMailboxFull:                            http.StatusServiceUnavailable,
		actor.ErrStopped:                                http.StatusServiceUnavailable,
		errors.New("a mishap"):                          http.StatusInternalServerError,
	} {
		require.Equal(t, status, statusOf(err), err)
	}
}
