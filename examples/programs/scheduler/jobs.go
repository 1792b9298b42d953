package main

import (
	"context"
	"sync/atomic"
	"time"
)

// crontab is jobs that show each policy, and one that gets stuck until hang is closed.
func crontab(hang <-chan struct{}) []Job {
	const ms, s = time.Millisecond, time.Second
	var backups atomic.Int32 // atomic, for a run that was left behind is not waited for
	return []Job{
		{"tick", 1900 * ms, 5 * s, Skip, takes(150 * ms)},
		{"mail", 2100 * ms, 9 * s, Queue, takes(3200*ms, 150*ms)},
		{"feed", 2300 * ms, 9 * s, Replace, takes(9*s, 450*ms)},
		{"sync", 2700 * ms, 9 * s, Skip, takes(4*s, 450*ms)},
		{"backup", 2500 * ms, s, Skip, func(context.Context) error {
			if backups.Add(1) == 2 {
				<-hang // whatever the context says
			}
			return nil
		}},
	}
}

// takes is a job that takes so long each time, the last one for all further.
func takes(times ...time.Duration) func(context.Context) error {
	var runs atomic.Int32
	return func(ctx context.Context) error {
		d := times[min(int(runs.Add(1)), len(times))-1]
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
