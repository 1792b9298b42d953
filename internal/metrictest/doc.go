// Package metrictest is a MeterProvider for tests: it keeps what it is given,
// and asks for the rest when a test wants to know.
//
//	metrics := metrictest.New()
//	… code that counts through metrics …
//	fmt.Println(metrics.Collect().Text("actor.starts")) // actor.starts{actor.type=Counter} 2
//
// It is written against the interfaces of the OpenTelemetry API alone, so that
// tests need no SDK. It has the instruments that the framework uses; the others
// do nothing.
//
// # Concurrency
//
// All methods may be called at once from any goroutine. Callbacks and the hook
// are called without a lock being held.
package metrictest
