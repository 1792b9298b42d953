package actor

// Go runs f on a new goroutine and calls done there when f is over: with what f
// returned, with a *[PanicError], or with [ErrGoexit]. It is for actors whose
// work needs a goroutine beside their own; whoever calls Go sees to it that f
// ends, and waits for done.
func Go(f func() error, done func(error)) {
	go func() {
		returned := false
		var err error
		defer func() {
			if !returned {
				err = unwind(recover()).Err
			}
			done(err)
		}()
		err = f()
		returned = true
	}()
}
