package monitoring

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestClip(t *testing.T) {
	for _, tc := range []struct {
		in    string
		limit int
		want  string
	}{
		{"", 8, ""},
		{"12345678", 8, "12345678"},
		{"123456789", 8, "12345…"},
		{"1234ééé", 8, "1234…"},
		{"123ééé", 9, "123ééé"},
		{"\xffabc", 8, "\uFFFDabc"},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff", 8, "\uFFFD…"},
		{"a\xffa\xffa\xff", 6, "a…"},
	} {
		got := clip(tc.in, tc.limit)
		assert.Equal(t, tc.want, got, "%q", tc.in)
	}
}

func FuzzClip(f *testing.F) {
	f.Add("plain", 10)
	f.Add("é\xffé\xe2\x82é…", 5)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = len(ellipsis) + limit&0xff
		got := clip(s, limit)
		assert.LessOrEqual(t, len(got), limit)
		assert.True(t, utf8.ValidString(got))
		if len(s) <= limit && utf8.ValidString(s) {
			assert.Equal(t, s, got)
		}
	})
}

func TestShorten(t *testing.T) {
	names := strings.Split(strings.Repeat("a ", 39)+"a", " ")
	assert.Equal(t, names[:32], shorten(names[:32]))
	assert.Equal(t, append(append([]string{}, names[:32]...), "and 8 more"), shorten(names))
}

// The type of an error is that of the first one that says something.
func TestErrorType(t *testing.T) {
	plain := errors.New("x")
	for _, tc := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{plain, "*errors.errorString"},
		{&fs.PathError{Err: plain}, "*fs.PathError"},
		{fmt.Errorf("a: %w", fmt.Errorf("b: %w", &fs.PathError{Err: plain})), "*fs.PathError"},
		{fmt.Errorf("%w, %w", &fs.PathError{Err: plain}, plain), "*fs.PathError"},
		{errors.Join(&fs.PathError{Err: plain}), "*fs.PathError"},
		{fmt.Errorf("nothing: %w", nil), "*fmt.wrapError"},
	} {
		assert.Equal(t, tc.want, errorType(tc.err), "%v", tc.err)
	}
}

func TestStackOfAWrappedError(t *testing.T) {
	assert.Equal(t, "a.go:1", errorStack(fmt.Errorf("x: %w", &crash{"y", "a.go:1"})))
	assert.Empty(t, errorStack(errors.New("x")))
	assert.Empty(t, errorStack(nil))
}

// A secret that is cut in two is not shown: the hook sees more than is shown.
func TestRedactorSeesMoreThanIsShown(t *testing.T) {
	r := redactor{func(s string) string { return strings.ReplaceAll(s, "s3cret", "***") }}
	for i := range 10 {
		text := strings.Repeat("x", maxText-len(ellipsis)-i) + "s3cret"
		assert.NotContains(t, r.error(errors.New(text)), "s3c", "at %d", i)
	}
	assert.Empty(t, r.error(nil))
}
