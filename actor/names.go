package actor

import (
	"cmp"
	"reflect"
	"strings"
)

// typeName is the name of an actor's Go type, without its package; for Func,
// which has none to tell, that of its messages; for an actor around another one,
// that one's.
func typeName[M any](a Actor[M]) string {
	if w, ok := a.(interface{ Unwrap() Actor[M] }); ok {
		if inner := w.Unwrap(); !isNil(inner) {
			return typeName(inner)
		}
	}
	t := reflect.TypeOf(a)
	if _, ok := a.(Func[M]); ok {
		t = reflect.TypeFor[M]()
	}
	return cmp.Or(goName(t), "Actor")
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
