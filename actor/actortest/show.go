package actortest

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/understudy-go/understudy/actor"
)

const (
	// maxText bounds the text of one value in a failure.
	maxText = 500
	// maxListed bounds how many values of one sort a failure lists.
	maxListed = 10
	// maxDepth bounds how deep a value is shown, for it may contain itself.
	maxDepth = 6
)

// show returns a value as it stands in a failure, much as it would be written in
// Go: with its type, with strings in quotes, and with what pointers point to.
func show(value any) string { return clip(textOf(reflect.ValueOf(value), true, 0)) }

func clip(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

// textOf is the text of a value, with its type if nothing around it says that.
func textOf(v reflect.Value, typed bool, depth int) string {
	switch {
	case !v.IsValid():
		return "nil"
	case depth > maxDepth:
		return "…"
	case isNil(v):
		return "nil"
	}
	name := ""
	if typed {
		name = v.Type().String()
	}
	if text, ok := ownText(v); ok {
		return enclose(name, text)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return "&" + textOf(v.Elem(), typed, depth+1)
	case reflect.Interface:
		return textOf(v.Elem(), true, depth+1)
	case reflect.Struct:
		if isOpaque(v.Type()) {
			return cmp.Or(name, v.Type().String())
		}
		parts := make([]string, v.NumField())
		for i := range parts {
			parts[i] = v.Type().Field(i).Name + ":" + textOf(v.Field(i), false, depth+1)
		}
		return name + "{" + strings.Join(parts, ", ") + "}"
	case reflect.Slice, reflect.Array:
		parts := make([]string, 0, maxListed)
		for i := range v.Len() {
			if i == maxListed {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, textOf(v.Index(i), false, depth+1))
		}
		return name + "{" + strings.Join(parts, ", ") + "}"
	case reflect.Map:
		var parts []string
		for _, key := range v.MapKeys() {
			parts = append(parts, textOf(key, false, depth+1)+":"+textOf(v.MapIndex(key), false, depth+1))
		}
		slices.Sort(parts)
		return name + "{" + strings.Join(parts, ", ") + "}"
	case reflect.String:
		if name == "string" {
			name = ""
		}
		return enclose(name, fmt.Sprintf("%q", v.String()))
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return v.Type().String()
	default:
		if name == "bool" {
			name = ""
		}
		return enclose(name, fmt.Sprint(v))
	}
}

// ownText is what a value says of itself, if it does.
func ownText(v reflect.Value) (string, bool) {
	if v.Type() == reflect.TypeFor[time.Duration]() { // in unexported fields too
		return time.Duration(v.Int()).String(), true
	}
	if !v.CanInterface() || v.Kind() == reflect.Interface {
		return "", false
	}
	switch own := v.Interface().(type) {
	case error:
		return fmt.Sprintf("%q", fmt.Sprint(own)), true // fmt contains what its methods do
	case fmt.Stringer:
		return fmt.Sprint(own), true
	default:
		return "", false
	}
}

func enclose(name, text string) string {
	if name == "" {
		return text
	}
	return name + "(" + text + ")"
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return v.IsNil()
	default:
		return false
	}
}

// isOpaque reports whether a type is one of package actor's that shows nothing of
// itself, such as a Ref or a Reply. What is behind it is in use by others, and is
// not to be looked at.
func isOpaque(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[actor.Exit]().PkgPath() {
		return false
	}
	for field := range t.Fields() {
		if field.IsExported() {
			return false
		}
	}
	return true
}

// shown returns the texts of values.
func shown[T any](values []T) []string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = show(v)
	}
	return texts
}

// list returns a title and lines below it, of which only the last ones are shown
// if there are many.
func list(title string, lines []string) string {
	if len(lines) == 0 {
		return fmt.Sprintf("\n\t%s: nothing", title)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n\t%s:", title)
	if hidden := len(lines) - maxListed; hidden > 0 {
		fmt.Fprintf(&b, "\n\t\t… %d more", hidden)
		lines = lines[hidden:]
	}
	for _, text := range lines {
		fmt.Fprintf(&b, "\n\t\t%s", text)
	}
	return b.String()
}
