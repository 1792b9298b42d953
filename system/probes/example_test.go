package probes_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/understudy-go/understudy/system"
	"github.com/understudy-go/understudy/system/probes"
)

func Example() {
	ctx := context.Background()
	sys, err := system.Start(ctx, system.Config{Name: "shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("GET /livez", probes.Live(sys))
	mux.Handle("GET /readyz", probes.Ready(sys))
	get := func(path string) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, http.NoBody))
		fmt.Print(path, " ", w.Code, " ", w.Body)
	}
	get("/livez")
	get("/readyz")
	if err := sys.Shutdown(ctx); err != nil {
		fmt.Println(err)
	}
	get("/readyz")
	// Output:
	// /livez 200 {"ok":true,"state":"running"}
	// /readyz 200 {"ok":true,"state":"running"}
	// /readyz 503 {"ok":false,"state":"stopped"}
}
