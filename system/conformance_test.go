package system_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// conformanceIDs are all scenarios that there are. Numbers that are missing were
// never given.
var conformanceIDs = strings.Fields(`
	ST-01 ST-02 ST-03 ST-04 ST-05 ST-06 ST-07 ST-08 ST-09 ST-10 ST-11 ST-12
	RT-01 RT-02 RT-03 RT-04 RT-07
	SG-01 SG-02 SG-03 SG-04 SG-06 SG-07 SG-08 SG-10 SG-11 SG-13 SG-18 SG-19 SG-20
	RI-01 RI-02 RI-03 RI-06 RI-07 RI-08 RI-10 RI-11 RI-12
	RF-01 RF-02 RF-07
	ES-01 ES-05 ES-07 ES-08 ES-09
	SD-01 SD-02 SD-03 SD-04 SD-05 SD-08 SD-12 SD-13 SD-14
	AD-01 AD-02 AD-03 AD-04 AD-05 AD-06 AD-07
	SC-01 SC-02 SC-03 SC-04 SC-07
	IP-01 IP-02 IP-03 IP-06 IP-08 IP-09 IP-13
	DW-05
	LC-03`)

// TestConformance runs the scenarios that the suites of Erlang/OTP, Elixir and
// Pekko agree on, each as a subtest of its id, against a running system in
// virtual time. None is left out.
func TestConformance(t *testing.T) {
	all := slices.Concat(
		startUp(), restartTypes(), strategies(), intensity(), failingRestarts(), escalation(),
		shutdown(), administration(), significant(), inPlace(), watching(), lifeCycle(),
	)
	var ids []string
	for _, sc := range all {
		ids = append(ids, sc.id)
	}
	require.Len(t, conformanceIDs, 77)
	require.ElementsMatch(t, conformanceIDs, ids)
	for _, sc := range all {
		t.Run(sc.id, sc.run)
	}
}

// A scenario is one subtest, or several.
type scenario struct {
	id  string
	run func(t *testing.T)
}

// live is a scenario that is played once.
func live(id string, play func(s *stage)) scenario {
	return scenario{id, func(t *testing.T) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			t.Helper()
			play(newStage(t))
		})
	}}
}

// crashing is a scenario in which something crashes: it is played with each way
// to do so.
func crashing(id string, play func(s *stage, c crash)) scenario {
	var plays []scenario
	for _, c := range []crash{byError, byPanic} {
		plays = append(plays, live(c.name, func(s *stage) { play(s, c) }))
	}
	return parts(id, plays...)
}

// parts is a scenario of several plays.
func parts(id string, plays ...scenario) scenario {
	return scenario{id, func(t *testing.T) {
		t.Helper()
		for _, p := range plays {
			t.Run(p.id, p.run)
		}
	}}
}
