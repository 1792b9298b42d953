package benchmarks

import (
	_ "github.com/Arceliar/phony"
	_ "github.com/anthdm/hollywood/actor"
	_ "github.com/asynkron/protoactor-go/actor"
	_ "github.com/ergo-services/ergo"
	_ "github.com/thejerf/suture/v4"
	_ "github.com/tochemey/goakt/v4/actor"
	_ "github.com/vladopajic/go-actor/actor"
)
