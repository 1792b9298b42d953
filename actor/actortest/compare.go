package actortest

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// equal reports whether two values are deeply equal, as reflect.DeepEqual does,
// but for the addresses and replies in them, which are the same or not, and for
// times, which are the same instant or not.
func equal(got, want any) bool { return len(differences(got, want)) == 0 }

// compare returns lines that say how two values differ.
func compare(got, want any) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n\tgot:  %s\n\twant: %s", show(got), show(want))
	lines := slices.DeleteFunc(differences(got, want), func(d difference) bool { return d.path == "" })
	for i, d := range lines {
		if i == maxListed {
			fmt.Fprintf(&b, "\n\t… %d more differences", len(lines)-i)
			break
		}
		fmt.Fprintf(&b, "\n\tat %s: got %s, want %s", d.path, clip(d.got), clip(d.want))
	}
	return b.String()
}

// A difference is a place at which two values differ; an empty path is the whole.
type difference struct{ path, got, want string }

func differences(got, want any) []difference {
	d := differ{seen: make(map[visit]bool)}
	d.values("", reflect.ValueOf(got), reflect.ValueOf(want))
	return d.found
}

// A differ goes through two values at once.
type differ struct {
	found []difference
	seen  map[visit]bool
}

// A visit is a comparison of two pointers that has begun: values may contain
// themselves.
type visit struct {
	got, want uintptr
	of        reflect.Type
}

func (d *differ) add(path string, got, want reflect.Value) {
	typed := got.IsValid() && want.IsValid() && got.Type() != want.Type()
	diff := difference{path, textOf(got, typed, 0), textOf(want, typed, 0)}
	if diff.got == diff.want {
		diff.want = "another " + diff.want
	}
	d.found = append(d.found, diff)
}

func (d *differ) values(path string, got, want reflect.Value) {
	switch {
	case !got.IsValid() && !want.IsValid():
		return
	case !got.IsValid() || !want.IsValid() || got.Type() != want.Type() || isNil(got) != isNil(want):
		d.add(path, got, want)
		return
	case isNil(got):
		return
	case isOpaque(got.Type()):
		if !got.Equal(want) {
			d.add(path, got, want)
		}
		return
	case isTime(got) && got.CanInterface():
		if !got.Interface().(time.Time).Equal(want.Interface().(time.Time)) { //nolint:errcheck,forcetypeassert // both are
			d.add(path, got, want)
		}
		return
	}
	switch got.Kind() {
	case reflect.Struct:
		for i := range got.NumField() {
			d.values(path+"."+got.Type().Field(i).Name, got.Field(i), want.Field(i))
		}
	case reflect.Pointer:
		v := visit{got.Pointer(), want.Pointer(), got.Type()}
		if v.got != v.want && !d.seen[v] {
			d.seen[v] = true
			d.values(path, got.Elem(), want.Elem())
		}
	case reflect.Interface:
		d.values(path, got.Elem(), want.Elem())
	case reflect.Slice, reflect.Array:
		if n, m := got.Len(), want.Len(); n != m {
			d.found = append(d.found, difference{"the length of " + cmp.Or(path, "the whole"), strconv.Itoa(n), strconv.Itoa(m)})
		}
		for i := range min(got.Len(), want.Len()) {
			d.values(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i))
		}
	case reflect.Map:
		d.maps(path, got, want)
	case reflect.Func: // functions can be compared with nil only
		d.add(path, got, want)
	default:
		if !got.Equal(want) {
			d.add(path, got, want)
		}
	}
}

func (d *differ) maps(path string, got, want reflect.Value) {
	keys := got.MapKeys()
	for _, key := range want.MapKeys() {
		if !got.MapIndex(key).IsValid() {
			keys = append(keys, key)
		}
	}
	text := func(key reflect.Value) string { return textOf(key, false, 0) }
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(text(a), text(b)) })
	for _, key := range keys {
		d.values(path+"["+text(key)+"]", got.MapIndex(key), want.MapIndex(key))
	}
}

func isTime(v reflect.Value) bool { return v.Type() == reflect.TypeFor[time.Time]() }
