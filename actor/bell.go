package actor

import "sync"

// A bell is what an asker waits for. It is rung by whoever settles the ask, once,
// and never if the asker has given up; so it can be used for the next ask when the
// asker has heard it.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

// bells keeps those of a system that nobody waits for. Other systems have their
// own: in a bubble of virtual time no channel from outside may be waited for. A nil
// *bells keeps none.
type bells struct{ pool sync.Pool }

// bellsOf returns those of the target's system; nil if it is in none yet, or
// lives elsewhere.
func bellsOf[M any](to Target[M]) *bells {
	p, ok := to.(*Process[M])
	if !ok {
		return nil
	}
	if s := p.scope.Load(); s != nil {
		return &s.runtime.bells
	}
	return nil
}

func (b *bells) get() bell {
	if b != nil {
		if used, ok := b.pool.Get().(bell); ok {
			return used
		}
	}
	return newBell()
}

func (b *bells) put(used bell) {
	if b != nil {
		b.pool.Put(used)
	}
}
