// Package understudy is the root of a module for supervised actors: when an
// actor fails, its understudy steps in, with the same address and fresh state.
//
// It holds no code. A program imports
//
//   - [github.com/understudy-go/understudy/actor] to write actors and to send
//     them messages,
//   - [github.com/understudy-go/understudy/supervision] to say who restarts
//     whom, and when to give up,
//   - [github.com/understudy-go/understudy/system] to start a tree of both and
//     to shut it down,
//   - [github.com/understudy-go/understudy/mailbox] for the bounded queue that
//     an actor reads from, on its own,
//   - [github.com/understudy-go/understudy/monitoring] for events, metrics and
//     traces of all of them.
package understudy
