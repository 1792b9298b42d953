// Package spantest is a TracerProvider for tests: it keeps the spans that it
// is asked for, and prints them as a tree that can be compared with a golden
// text.
//
//	rec := spantest.New()
//	… code that makes spans through rec …
//	fmt.Print(rec.Tree("actor.stop.reason"))
//
// It is written against the interfaces of the OpenTelemetry API alone, so that
// tests need no SDK. It starts no goroutine, and takes the time from package
// time, so that it works inside a synctest bubble.
//
// # Concurrency
//
// All methods may be called at once from any goroutine. The hooks are called
// without a lock being held.
package spantest
