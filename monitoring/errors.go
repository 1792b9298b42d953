package monitoring

import "errors"

// ErrInvalidConfig is what an error about a configuration wraps. The text of
// that error names the field.
var ErrInvalidConfig = errors.New("monitoring: invalid configuration")
