// Package jaeger holds a Jaeger to look at traces with, and the tests of the
// framework with OpenTelemetry's own exporters: that a crash can be found in
// Jaeger, and that nobody notices an exporter that is out of order.
//
//	make jaeger        builds Jaeger on first use, and runs it on 127.0.0.1
//	make jaeger-test   builds it too, and runs the tests
//
// VERSION is the version of Jaeger's Go module, from which it is built as it
// was released; config.yaml is what it is run with. Such a build has the whole
// of Jaeger but for the pages of its web interface, which are no part of the
// Go module: GET http://127.0.0.1:16686/api/traces?service=… answers in JSON.
//
// The first of these starts a Jaeger of its own, on free ports. Where none is
// built it is skipped, unless the variable JAEGER says where the program must
// be.
package jaeger
