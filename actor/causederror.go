package actor

// A causedError is an error that has a cause. The cause may be a user's error, so its
// text is made for those who want to read it, and by nobody else.
type causedError struct{ what, cause error }

// Error implements error.
func (e *causedError) Error() string { return e.what.Error() + ": " + e.cause.Error() }

// Unwrap lets errors.Is and errors.As find both.
func (e *causedError) Unwrap() []error { return []error{e.what, e.cause} }
