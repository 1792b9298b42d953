package actor

import (
	"cmp"
	"reflect"
	"strings"
	"sync"
)

// typeOfActor is the type by whose name an actor is known: its own; for Func,
// which has none to tell, that of its messages; for an actor around another one,
// that one's.
func typeOfActor[M any](a Actor[M]) reflect.Type {
	if w, ok := a.(interface{ Unwrap() Actor[M] }); ok {
		if inner := w.Unwrap(); !isNil(inner) {
			return typeOfActor(inner)
		}
	}
	if _, ok := a.(Func[M]); ok {
		return reflect.TypeFor[M]()
	}
	return reflect.TypeOf(a)
}

// typeNames are the names of the types of a system's actors: most of them have one
// in common with others. The zero value is empty.
type typeNames struct{ all sync.Map } // from the reflect.Type to a *string

// name returns the name of a type.
func (n *typeNames) name(t reflect.Type) *string {
	name, ok := n.all.Load(t)
	if !ok {
		s := cmp.Or(goName(t), "Actor")
		name, _ = n.all.LoadOrStore(t, &s)
	}
	return name.(*string) //nolint:errcheck,forcetypeassert // there is nothing else in it
}

// messageName is the name of a message's Go type, without its package.
func messageName[M any](msg M) string {
	t := reflect.TypeOf(msg)
	if t == nil { // a nil interface
		return ""
	}
	if name := goName(t); name != "" {
		return name
	}
	return t.String()
}

// goName is the name of a type without its package and type arguments, which may be
// long and say where the program lies.
func goName(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	return name
}

// isNil reports whether an actor is nil or a nil pointer in an interface.
func isNil[M any](a Actor[M]) bool {
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Interface:
		return v.IsNil()
	default:
		return false
	}
}
