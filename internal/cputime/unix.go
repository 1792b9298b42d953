//go:build unix

// Package cputime tells tests how long something took whatever else the machine
// was doing meanwhile.
package cputime

import (
	"syscall"
	"time"
)

// Used returns the processor time that this process has used so far. Unlike the
// clock it does not go on while others have the processor.
func Used() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // only a wrong argument can be the cause
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
