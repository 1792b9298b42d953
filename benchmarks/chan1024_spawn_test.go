package benchmarks

import "testing"

// chanSpawn makes goroutines with unbuffered channels: an idle goroutine pays
// for no buffer.
func chanSpawn(_ testing.TB, n int, c *census) population {
	mailboxes := make([]chan message, n)
	ended := make(chan struct{}, capacity)
	alive := n
	return population{
		spawn: func() error {
			for i := range mailboxes {
				mailbox := make(chan message)
				mailboxes[i] = mailbox
				go func() {
					c.mark()
					for range mailbox {
						c.mark()
					}
					ended <- struct{}{}
				}()
			}
			return nil
		},
		tell: func() error {
			for _, mailbox := range mailboxes {
				mailbox <- message{}
			}
			return nil
		},
		stopFirst: func(n int) error {
			for _, mailbox := range mailboxes[:n] {
				close(mailbox)
				<-ended
				alive--
			}
			mailboxes = mailboxes[n:]
			return nil
		},
		stopAll: func() error {
			for _, mailbox := range mailboxes {
				close(mailbox)
			}
			for range mailboxes {
				<-ended
				alive--
			}
			return nil
		},
		alive: func() int { return alive },
	}
}
