package metrictest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
)

// Point is one series at one moment.
type Point struct {
	Name, Unit string
	Labels     attribute.Set
	Value      int64   // of a histogram: how many values there were
	Sum        float64 // of a histogram: of its values
}

// Label returns the value of a label, "" if there is none.
func (p Point) Label(key string) string {
	v, _ := p.Labels.Value(attribute.Key(key))
	return v.String()
}

// String returns the point in one line, such as `actor.starts{actor.type=Counter} 2`.
func (p Point) String() string {
	return fmt.Sprintf("%s{%s} %d", p.Name, p.Labels.Encoded(attribute.DefaultEncoder()), p.Value)
}

// Points are all series at one moment.
type Points []Point

func (ps Points) sort() {
	slices.SortFunc(ps, func(a, b Point) int { return cmp.Compare(a.String(), b.String()) })
}

// Named returns those with one of the names.
func (ps Points) Named(names ...string) Points {
	return slices.DeleteFunc(slices.Clone(ps), func(p Point) bool { return !slices.Contains(names, p.Name) })
}

// With returns those that have a label with that value.
func (ps Points) With(key, value string) Points {
	return slices.DeleteFunc(slices.Clone(ps), func(p Point) bool { return p.Label(key) != value })
}

// NonZero returns those whose value is not zero.
func (ps Points) NonZero() Points {
	return slices.DeleteFunc(slices.Clone(ps), func(p Point) bool { return p.Value == 0 })
}

// Total returns the sum of the values of one name.
func (ps Points) Total(name string) (n int64) {
	for _, p := range ps.Named(name) {
		n += p.Value
	}
	return n
}

// Text returns the points with one of the names, a line each; all of them
// without names.
func (ps Points) Text(names ...string) string {
	if len(names) > 0 {
		ps = ps.Named(names...)
	}
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}
