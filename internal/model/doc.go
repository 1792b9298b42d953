// Package model says once more what supervision does, as plainly as it can be
// said. It is the specification that the tests execute, and shares nothing with
// what it specifies: it imports the standard library alone, and no line of it
// was taken from the decision core.
//
// [Supervisor] is the rules: what one supervisor does when something happens. It
// is written for a reader who knows Erlang's supervisor. Where that one blocks
// until a child has started or stopped, this one keeps a list of the steps that
// are still to be done, and goes on with the next when the child answers.
//
// [World] is what surrounds supervisors: a tree of them, the workers at its
// leaves, who take their time to start and stop, fail, hang and panic, a clock,
// mailboxes, and somebody who gives commands.
//
// A [Schedule] is a tree and what happens to it. There are three who can carry
// one out: the world with the model in it, the world with decision cores in it
// beside the model, which have to want the same at every step, and real
// supervisors with real actors, whose log has to be the model's.
package model
