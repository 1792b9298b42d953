package supervision

import "github.com/understudy-go/understudy/actor"

// An outlook is what the supervisor's policy makes of the end of one incarnation,
// before it is told of it. It is read on the child's goroutine.
type outlook struct {
	plan    *childPlan
	inPlace bool // a failure is to be followed by a restart in place

	// fate is what the supervisor has ordered, if it has.
	fate fate
}

// newOutlook returns the outlook of a child that is about to start.
func newOutlook(p *childPlan) outlook {
	return outlook{plan: p, inPlace: p.keepChildren && p.backoff == nil}
}

// foresee is given to [actor.Self.Oversee].
func (o *outlook) foresee(x actor.Exit) actor.Prospect {
	if ordered := o.fate.load(); ordered != 0 {
		return ordered.prospect()
	}
	able := o.plan.resumable && x.Kind != actor.Abandoned // somebody is left to go on
	switch v := o.plan.verdict(x); {
	case v == resume && able:
		return actor.Resumes
	case !v.startsAgain():
		return actor.Ends
	case o.inPlace && able && x.Kind.Abnormal():
		return actor.Renews
	}
	return actor.Restarts
}
