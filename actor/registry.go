package actor

import (
	"fmt"
	"reflect"
	"sync"
)

// registry maps names that are unique in a system to the actors that bear
// them. The zero value is empty.
type registry struct {
	mu    sync.RWMutex
	names map[string]*core // protected by mu
}

// A NameTakenError says who bears a name already. It is [ErrNameTaken].
type NameTakenError struct {
	Name string
	By   Child
}

func (e *NameTakenError) Error() string {
	return fmt.Sprintf("actor: name %q is taken by %s", e.Name, pathOf(e.By))
}

// Is reports whether target is ErrNameTaken.
func (e *NameTakenError) Is(target error) bool { return target == ErrNameTaken }

// add registers a name and reports whether it is new. An actor that bears it
// already keeps it: that is a restart.
func (r *registry) add(name string, c *core) (added bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch by := r.names[name]; by {
	case nil:
	case c:
		return false, nil
	default:
		return false, &NameTakenError{Name: name, By: by.body}
	}
	if r.names == nil {
		r.names = make(map[string]*core)
	}
	r.names[name] = c
	return true, nil
}

// remove frees a name and reports whether c bore it.
func (r *registry) remove(name string, c *core) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.names[name] != c {
		return false
	}
	delete(r.names, name)
	return true
}

func (r *registry) find(name string) *core {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.names[name]
}

// A MessageTypeError says that a registered actor takes messages of another
// type than the one it was looked up with.
type MessageTypeError struct {
	Name string
	Path string
	Want string // the message type asked for
}

func (e *MessageTypeError) Error() string {
	return fmt.Sprintf("actor: %q (%s) does not take messages of type %s", e.Name, e.Path, e.Want)
}

// Lookup returns the address of the actor registered by a name in r, to which
// messages of type M can be sent. The errors are [ErrNotFound] and a
// *[MessageTypeError].
func Lookup[M any](r *Runtime, name string) (Ref[M], error) {
	c := r.registry.find(name)
	if c == nil {
		return Ref[M]{}, fmt.Errorf("actor: no actor is registered as %q: %w", bounded(name), ErrNotFound)
	}
	p, ok := c.body.(*Process[M])
	if !ok {
		return Ref[M]{}, &MessageTypeError{Name: name, Path: c.Path(), Want: reflect.TypeFor[M]().String()}
	}
	return p.Ref, nil
}
