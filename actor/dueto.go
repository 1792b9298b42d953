package actor

// A dueTo is an error that has a cause. The cause may be a user's error, so its
// text is made for those who want to read it, and by nobody else.
type dueTo struct{ what, cause error }

// Error implements error.
func (e *dueTo) Error() string { return e.what.Error() + ": " + e.cause.Error() }

// Unwrap lets errors.Is and errors.As find both.
func (e *dueTo) Unwrap() []error { return []error{e.what, e.cause} }
