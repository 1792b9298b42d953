package main

import (
	"bytes"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/understudy-go/understudy/benchmarks/internal/results"
)

// columns is how many panels stand side by side.
const columns = 3

// Of the panels.
const (
	width     = 9 * vg.Centimeter
	rowHeight = 0.55 * vg.Centimeter // for each system
	margin    = 2.5 * vg.Centimeter  // for the title and the axis
)

// render returns the picture as SVG.
func render(panels []*panel, unit string) ([]byte, error) {
	most := 0
	for _, p := range panels {
		most = max(most, len(p.systems))
	}
	rows := (len(panels) + columns - 1) / columns
	canvas := vgsvg.New(columns*width, vg.Length(rows)*(margin+vg.Length(most)*rowHeight))
	tiles := draw.Tiles{
		Rows: rows, Cols: columns,
		PadX: vg.Centimeter / 2, PadY: vg.Centimeter / 2,
		PadTop: vg.Centimeter / 4, PadBottom: vg.Centimeter / 4, PadLeft: vg.Centimeter / 4, PadRight: vg.Centimeter / 2,
	}
	for i, p := range panels {
		chart, err := p.chart(unit)
		if err != nil {
			return nil, err
		}
		chart.Draw(tiles.At(draw.New(canvas), i%columns, i/columns))
	}
	var picture bytes.Buffer
	_, err := canvas.WriteTo(&picture)
	return picture.Bytes(), err
}

// chart draws one case, the first system at the top.
func (p *panel) chart(unit string) (*plot.Plot, error) {
	c := plot.New()
	c.Title.Text = p.name
	c.X.Label.Text = unit
	c.X.Scale = plot.LogScale{}
	c.X.Tick.Marker = plot.TickerFunc(decades)
	c.Add(plotter.NewGrid())

	names := make([]string, len(p.systems))
	low, high := math.Inf(1), math.Inf(-1)
	for i, s := range p.systems {
		row := len(p.systems) - 1 - i
		names[row] = s.name
		low, high = min(low, slices.Min(s.values)), max(high, slices.Max(s.values))
		if err := s.draw(c, row); err != nil {
			return nil, err
		}
	}
	c.NominalY(names...)
	c.Y.Min, c.Y.Max = -0.5, float64(len(names))-0.5
	// Whole powers of ten, so that there are two marks at least.
	c.X.Min = math.Pow(10, math.Floor(math.Log10(low)))
	c.X.Max = max(math.Pow(10, math.Ceil(math.Log10(high))), c.X.Min*10)
	return c, nil
}

// draw puts the median into a row, and the range through it.
func (s *system) draw(c *plot.Plot, row int) error {
	at := plotter.XYs{{X: results.Median(s.values), Y: float64(row)}}
	dot, err := plotter.NewScatter(at)
	if err != nil {
		return err
	}
	span, err := plotter.NewLine(plotter.XYs{{X: slices.Min(s.values), Y: float64(row)}, {X: slices.Max(s.values), Y: float64(row)}})
	if err != nil {
		return err
	}
	dot.GlyphStyle = draw.GlyphStyle{Color: s.color(), Radius: vg.Points(3.5), Shape: draw.CircleGlyph{}}
	span.LineStyle = draw.LineStyle{Color: s.color(), Width: vg.Points(1.5)}
	c.Add(span, dot)
	return nil
}

// color tells the baseline and this framework from the others.
func (s *system) color() color.Color {
	switch {
	case strings.HasPrefix(s.name, "chan"):
		return color.Gray{Y: 0x66}
	case strings.HasPrefix(s.name, "understudy"):
		return color.RGBA{R: 0xc4, G: 0x3c, B: 0x1e, A: 0xff}
	default:
		return color.RGBA{R: 0x2a, G: 0x6f, B: 0x97, A: 0xff}
	}
}

// mostLabels is how many fit under a panel.
const mostLabels = 6

// decades marks the powers of ten, and labels as many as fit.
func decades(low, high float64) (ticks []plot.Tick) {
	first, last := int(math.Round(math.Log10(low))), int(math.Round(math.Log10(high)))
	step := (last-first)/mostLabels + 1
	for e := first; e <= last; e++ {
		t := plot.Tick{Value: math.Pow10(e)}
		if (e-first)%step == 0 {
			t.Label = short(t.Value)
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// short writes a power of ten.
func short(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= unit.size {
			return strconv.FormatFloat(v/unit.size, 'f', -1, 64) + unit.name
		}
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
