// Package benchmarks measures actors against each other and against what Go
// programmers write by hand. It has no code of its own: the cases and the
// systems are in the test files, the tool that measures in rounds is
// cmd/rounds. README.md says what each case measures and how to run it.
package benchmarks
