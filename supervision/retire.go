package supervision

import (
	"slices"

	"github.com/understudy-go/understudy/actor"
)

// retire ends the address of a child. Who is to be answered about that child in
// the same step, by one of answers, is answered when the address has ended, so
// that nothing of it is left then: no name, no open mailbox, here or further down.
func (s *supervisor) retire(a doRetire, answers []doReply) {
	var over func() Message
	_, held := s.retiring[a.process] // by one that was terminated, if now all addresses end
	if !held && slices.ContainsFunc(answers, func(r doReply) bool { return r.process == a.process }) {
		if s.retiring == nil {
			s.retiring = make(map[actor.Child][]doReply)
		}
		s.retiring[a.process] = []doReply{}
		over = func() Message { return retired{a.process} }
	}
	s.self.Retire(a.process, a.cause, over)
}

// answersAmong returns those of the actions that answer a command, as far as an
// address ends in the same step.
func answersAmong(actions []action) (answers []doReply) {
	retires := func(a action) bool { _, ok := a.(doRetire); return ok }
	if !slices.ContainsFunc(actions, retires) {
		return nil
	}
	for _, a := range actions {
		if r, ok := a.(doReply); ok {
			answers = append(answers, r)
		}
	}
	return answers
}

// reply answers a command, now or when the address is over that it is about.
func (s *supervisor) reply(a doReply) {
	if held, ok := s.retiring[a.process]; ok {
		s.retiring[a.process] = append(held, a)
		return
	}
	s.answer(a)
}

// answerHeld answers those who are waiting for the end of an address when the
// supervisor ends, since it may not hear of that any more. It ends after them.
func (s *supervisor) answerHeld() {
	for _, held := range s.retiring {
		for _, a := range held {
			s.answer(a)
		}
	}
	s.retiring = nil
}

// retired answers those who have been waiting for the end of the address.
func (s *supervisor) retired(process actor.Child) {
	held := s.retiring[process]
	delete(s.retiring, process)
	for _, a := range held {
		s.answer(a)
	}
}
