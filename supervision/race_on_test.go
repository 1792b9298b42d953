//go:build race

package supervision

const raceDetector = true
