package actortest

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

const (
	// maxText bounds the text of one value in a failure.
	maxText = 500
	// maxListed bounds how many values of one sort a failure lists.
	maxListed = 10
)

// show returns a value as it stands in a failure: its type, and what is in it.
func show(value any) string {
	var text string
	switch v := value.(type) {
	case nil:
		text = "nil"
	case string:
		text = fmt.Sprintf("%q", v)
	case error:
		text = fmt.Sprintf("%T(%q)", v, v)
	default:
		text = fmt.Sprintf("%+v", v)
		if name := reflect.TypeOf(v).String(); reflect.TypeOf(v).Kind() != reflect.Struct || !strings.HasPrefix(text, "{") {
			text = name + "(" + text + ")"
		} else {
			text = name + text
		}
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
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

// compare returns lines that say how two values differ.
func compare(got, want any) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n\tgot:  %s\n\twant: %s", show(got), show(want))
	d := differ{}
	d.values("", reflect.ValueOf(got), reflect.ValueOf(want), 0)
	for i, line := range d.lines {
		if i == maxListed {
			fmt.Fprintf(&b, "\n\t… %d more differences", len(d.lines)-i)
			break
		}
		fmt.Fprintf(&b, "\n\t%s", line)
	}
	return b.String()
}

// A differ collects the places at which two values differ, apart from the values
// as a whole, which are shown anyway.
type differ struct{ lines []string }

// maxDepth bounds how deep it looks, for values may contain themselves.
const maxDepth = 10

func (d *differ) add(path string, got, want any) {
	if path != "" {
		d.lines = append(d.lines, fmt.Sprintf("at %s: got %v, want %v", path, got, want))
	}
}

func (d *differ) values(path string, got, want reflect.Value, depth int) {
	switch {
	case depth > maxDepth:
		return
	case !got.IsValid() || !want.IsValid():
		if got.IsValid() != want.IsValid() {
			d.add(path, leaf(got), leaf(want))
		}
		return
	case got.Type() != want.Type():
		d.add(path, got.Type(), want.Type())
		return
	}
	switch got.Kind() {
	case reflect.Struct:
		for i := range got.NumField() {
			d.values(path+"."+got.Type().Field(i).Name, got.Field(i), want.Field(i), depth+1)
		}
	case reflect.Pointer, reflect.Interface:
		if got.IsNil() || want.IsNil() {
			if got.IsNil() != want.IsNil() {
				d.add(path, leaf(got), leaf(want))
			}
			return
		}
		d.values(path, got.Elem(), want.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if got.Len() != want.Len() {
			d.add("the length of "+cmp.Or(path, "the whole"), got.Len(), want.Len())
		}
		for i := range min(got.Len(), want.Len()) {
			d.values(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i), depth+1)
		}
	case reflect.Map:
		d.maps(path, got, want, depth)
	default:
		if leaf(got) != leaf(want) {
			d.add(path, leaf(got), leaf(want))
		}
	}
}

func (d *differ) maps(path string, got, want reflect.Value, depth int) {
	keys := make(map[string]reflect.Value)
	for _, m := range []reflect.Value{got, want} {
		for _, key := range m.MapKeys() {
			keys[leaf(key)] = key
		}
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		key := keys[name]
		d.values(path+"["+name+"]", got.MapIndex(key), want.MapIndex(key), depth+1)
	}
}

// leaf is the text of a value that may be that of an unexported field.
func leaf(v reflect.Value) string {
	switch {
	case !v.IsValid():
		return "nothing"
	case v.Kind() == reflect.String:
		return fmt.Sprintf("%q", v.String())
	default:
		return fmt.Sprintf("%v", v)
	}
}
