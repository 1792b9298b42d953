// Command mutation tells how much of what the code does is asserted by a test.
// It changes the code in one small way at a time (a comparison turned round, a
// statement left out, a result made zero: see operators.go), runs the tests
// that reach the changed place, and expects one of them to fail. A mutant
// that no test kills shows either a test that is missing or code that makes
// no difference.
//
//	mutation -root ../.. -tests ./actor,./supervision,./system ./supervision
//
// # How it is fast
//
// All mutants are compiled at once. The body of a function starts with a
// switch on the number of the mutant to try, which holds one changed copy of
// the body for each mutant; the number comes from the environment. So a mutant
// costs the start of a test binary, some milliseconds, and not the seconds of
// a compilation and a link. The changed files are laid over the true ones by
// the overlay of the go command: nothing is written into the source tree.
// Copies that do not compile are taken out by what the compiler says of them.
//
// Which tests reach a mutant is found out by running each test by itself with
// coverage. Only those are run, the quick ones first, up to the first failure.
// A mutant on a line that no test reaches is not run, and counts as alive.
//
// A mutant that hangs costs the time that the tool has for it. In a bubble of
// virtual time, to hang is to fail at once, and elsewhere it is not: so a test in
// which some mutant has hung is put behind the others. Whoever hangs is compared
// with the tests as they are, for a busy machine must not be taken for a mutant.
//
// With -again, what was killed in an earlier run is not tried: a test that was
// written for one mutant shows soon whether it kills it.
//
// # Why not an existing tool
//
// gremlins, the one that is well kept, copies the module and compiles and links
// every test anew for each mutant, runs the tests of the mutant's own package
// or else all of the module's, and knows neither the removal of statements and
// branches nor the change of results, which is where the errors of a state
// machine are.
//
// # What a mutant is called
//
// By its file, function, operator and the code before and after, and a number
// if that occurs more than once in the function. Lines are not in it, so the
// list of known survivors outlives changes made elsewhere in the file.
//
// # Concurrency
//
// Twice as many mutants are tried at once as there are processors, since some of
// them hang. Each has a process of its own; the tool's goroutines share the list of
// mutants, of which each owns the one that it has drawn, and the tests, each of
// which says by an atomic whether some mutant has hung in it.
package main
