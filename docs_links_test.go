package understudy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLinksLead checks that every link from a document to a file or a folder of
// the repository leads there, and one to a heading to a heading.
func TestLinksLead(t *testing.T) {
	documents, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	documents = append(documents, "README.md", "CONTRIBUTING.md", "examples/README.md", "benchmarks/README.md")

	code := regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]+`")
	link := regexp.MustCompile(`\]\(([^()\s]+)\)`)
	for _, document := range documents {
		text := code.ReplaceAllString(read(t, document), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, heading, _ := strings.Cut(m[1], "#")
			target := document
			if path != "" {
				target = filepath.Join(filepath.Dir(document), filepath.FromSlash(path))
				_, err := os.Stat(target)
				assert.NoError(t, err, "%s links to %s", document, m[1])
			}
			if heading != "" && strings.HasSuffix(target, ".md") {
				assert.Contains(t, anchors(read(t, target)), heading, "%s links to %s", document, m[1])
			}
		}
	}
}

// anchors returns the names of a document's headings, as they stand in links.
func anchors(text string) map[string]bool {
	names := make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\w\s-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		names[strings.ReplaceAll(name, " ", "-")] = true
	}
	return names
}
