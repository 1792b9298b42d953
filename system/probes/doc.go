// Package probes tells whoever runs a program, such as Kubernetes, how its actor
// system fares: two plain http handlers, to be put into any mux.
//
//	mux.Handle("GET /livez", probes.Live(sys))
//	mux.Handle("GET /readyz", probes.Ready(sys, probes.Check{Name: "database", Run: db.PingContext}))
//
// [Live] says whether the process is still of use, and fails when only a new
// process would help. [Ready] says whether it should get requests: not before
// everything has started, and not any more from the first phase of the shutdown
// on. A program whose server is itself a child of the system, and so begins
// before the system is there, asks about a [Later].
//
// To let load balancers notice that it is not ready before the first actor is
// stopped, a program gives them time in the phase system.PhaseDrain.
//
// # Answers
//
// The status is 200 or 503; the body says why, as JSON:
//
//	{"ok":false,"state":"running","failed":[{"name":"database","error":"connection refused"}]}
//
// Errors are cut to 256 bytes, and escaped, so that they may stand on a page.
// Nobody waits for an answer longer than [Within].
//
// # Concurrency
//
// The handlers may be called from any goroutine. A check is run by one request at
// a time, and those that come meanwhile wait for the same result: however many
// ask, a check that is stuck holds one goroutine.
package probes
