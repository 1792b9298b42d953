package supervision

// significantEnded notes that a child has ended by itself and is not coming
// back. If it is significant, that may be the end of the supervisor. This is
// looked at when the step is complete, or the job that it is a part of.
func (m *machine) significantEnded(c *child) {
	if c.significant {
		m.deferred = append(m.deferred, deferral{child: c, significant: true})
	}
}

// autoShutdown ends the supervisor if enough significant children have ended.
func (m *machine) autoShutdown() {
	if m.plan.auto == AllSignificant {
		for c := m.kids.head; c != nil; c = c.next {
			if c.significant && c.active() {
				return
			}
		}
	}
	m.close(autoShutdown, nil, m.openOwn(directiveShutdown))
}
