// Package topic lets actors publish messages to whoever has subscribed.
//
// A [Topic] has a type of messages. It is an actor too, to be put under a
// supervisor:
//
//	prices := topic.New[Price](topic.Spec{Name: "prices"})
//	… supervision.Child{Process: prices} …
//
//	err := prices.Subscribe(display.Ref, topic.Drop)
//	err = prices.Publish(ctx, Price{"tea", 310})
//
// Subscribers are addresses. One that takes messages of another type subscribes
// with a function that makes one of each:
//
//	err := topic.SubscribeFunc(prices, ledger.Ref, topic.Block, func(p Price) ledger.Msg { return ledger.Quote{p} })
//
// # Slow subscribers
//
// A message goes straight into the mailboxes of the subscribers. Each has its
// own [Policy] for the case that there is no room: with [Drop] it misses the
// message, with [Block] the publisher waits, with [Fail] the subscription ends.
// None of them makes Publish fail, unless it could not wait; [Topic.Stats] and
// the events in monitoring.Monitors tell what became of every message, for every
// subscriber.
//
// # Life
//
// A subscription lasts over restarts of the subscriber and of the topic. It ends
// with Unsubscribe, with the subscriber's address, which the topic's actor
// watches, and with the topic's address; after that Publish returns
// [actor.ErrStopped]. A topic that is started again then begins with nobody. An
// actor that subscribes in its New does so again at each restart, which does no
// harm: an address has one subscription.
//
// An address that does not tell of its end, such as an actor elsewhere may be, is
// found out when something is published; so are those that end while the topic
// waits for its restart.
//
// # Concurrency
//
// Everything here may be used from any goroutine at once, handlers among them.
// Publish runs on the caller's goroutine, through a list of the subscribers that
// never changes; nothing is locked while it sends, and there is no other
// goroutine. Subscribe, Unsubscribe, Subscribers and Stats hold a lock, but never
// wait: what was subscribed when Publish begins gets the message, and what was
// unsubscribed before does not. A Publish that runs meanwhile may go either way.
//
// What one goroutine publishes reaches each subscriber in order, and what it did
// before synchronizes before the subscriber's Receive. Subscribers whose messages
// come from several goroutines may see them in different orders.
package topic
