//go:build !unix

// Package cputime tells tests how long something took whatever else the machine
// was doing meanwhile.
package cputime

import "time"

var began = time.Now()

// Used returns the time since the program began, where there is nothing better.
func Used() time.Duration { return time.Since(began) }
