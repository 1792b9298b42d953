package jaeger

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A found is a trace as the query API tells it.
type found struct {
	TraceID string `json:"traceID"`
	Spans   []span `json:"spans"`
}

type span struct {
	SpanID     string `json:"spanID"`
	Name       string `json:"operationName"`
	Tags       tags   `json:"tags"`
	Start      int64  `json:"startTime"` // in microseconds
	References []struct {
		RefType string `json:"refType"`
		SpanID  string `json:"spanID"`
	} `json:"references"`
	Logs []struct {
		Fields tags `json:"fields"`
	} `json:"logs"`
}

type tags []struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// of returns the value of a tag as text, "" if there is none.
func (t tags) of(key string) string {
	for _, tag := range t {
		if tag.Key == key {
			return strings.Trim(string(tag.Value), `"`)
		}
	}
	return ""
}

// search returns the traces of a service in which a span has all these tags.
func (s server) search(t *testing.T, service string, having map[string]string) []found {
	t.Helper()
	q := url.Values{
		"service": {service},
		"limit":   {"1000"},
		"start":   {micro(-time.Hour)},
		"end":     {micro(time.Hour)},
	}
	if len(having) > 0 {
		text, err := json.Marshal(having)
		require.NoError(t, err)
		q.Set("tags", string(text))
	}
	return s.get(t, "/api/traces?"+q.Encode())
}

// count returns how many search finds.
func (s server) count(t *testing.T, service string, having map[string]string) int {
	t.Helper()
	return len(s.search(t, service, having))
}

// micro is a time so long from now, as the query API wants it.
func micro(after time.Duration) string {
	return strconv.FormatInt(time.Now().Add(after).UnixMicro(), 10)
}

// trace returns the trace of that identifier.
func (s server) trace(t *testing.T, id string) found {
	t.Helper()
	traces := s.get(t, "/api/traces/"+id)
	require.Len(t, traces, 1)
	return traces[0]
}

func (s server) get(t *testing.T, path string) []found {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.query+path, http.NoBody)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s: %s", path, body)
	var answer struct {
		Data []found `json:"data"`
	}
	require.NoError(t, json.Unmarshal(body, &answer), "%s", body)
	return answer.Data
}

// named returns the only span of that name.
func (f found) named(t *testing.T, name string) span {
	t.Helper()
	spans := slices.DeleteFunc(slices.Clone(f.Spans), func(s span) bool { return s.Name != name })
	require.Len(t, spans, 1, name)
	return spans[0]
}

// tree prints the names of the spans, each under its parent and indented,
// siblings in order of their names: Jaeger knows microseconds only.
func (f found) tree() string {
	var b strings.Builder
	below := make(map[string][]span)
	for _, s := range f.Spans {
		below[s.parent()] = append(below[s.parent()], s)
	}
	var draw func(parent, indent string)
	draw = func(parent, indent string) {
		spans := below[parent]
		slices.SortStableFunc(spans, func(a, b span) int { return strings.Compare(a.Name, b.Name) })
		for _, s := range spans {
			b.WriteString(indent + s.Name + "\n")
			draw(s.SpanID, indent+"  ")
		}
	}
	draw("", "")
	return b.String()
}

// parent returns the identifier of the span above, "" for a root.
func (s span) parent() string {
	for _, r := range s.References {
		if r.RefType == "CHILD_OF" {
			return r.SpanID
		}
	}
	return ""
}
