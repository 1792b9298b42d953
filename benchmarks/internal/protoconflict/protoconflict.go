// Package protoconflict lets two libraries be linked that both register a
// protobuf file of the same name, as hollywood and protoactor-go do with
// actor.proto. Otherwise the program would panic before main.
//
// Packages are initialized in the order of their paths once what they import
// is, so this one comes before google.golang.org/protobuf. Nothing that is
// measured looks into the registry.
package protoconflict

import "os"

//nolint:gochecknoinits // it has to come before the initialization of others
func init() {
	_ = os.Setenv("GOLANG_PROTOBUF_REGISTRATION_CONFLICT", "ignore") // if it fails, the panic tells
}
