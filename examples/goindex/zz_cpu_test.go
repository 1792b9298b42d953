package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(0, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func TestZZ(t *testing.T) {
	o := options{parsers: 2, chaos: noChaos}
	f, _ := foldersOf(context.Background(), o)
	var ra, rb, wa, wb []float64
	for range 9 {
		runtime.GC()
		c, w := cpu(), time.Now()
		countActors(t.Context(), f, o)
		ca, ta := cpu()-c, time.Since(w)
		runtime.GC()
		c, w = cpu(), time.Now()
		countPlain(t.Context(), f, 2)
		cb, tb := cpu()-c, time.Since(w)
		fmt.Println("cpu", ca, cb, "wall", ta, tb)
		ra, rb, wa, wb = append(ra, ca.Seconds()), append(rb, cb.Seconds()), append(wa, ta.Seconds()), append(wb, tb.Seconds())
	}
	for _, x := range [][]float64{ra, rb, wa, wb} {
		slices.Sort(x)
		fmt.Println(x[0], x[len(x)/2], x[len(x)-1])
	}
}
