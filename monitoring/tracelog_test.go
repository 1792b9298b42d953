package monitoring

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/otel/trace"

	"github.com/understudy-go/understudy/internal/spantest"
)

func TestTraceHandlerNamesTheSpan(t *testing.T) {
	var p page
	log := slog.New(NewTraceHandler(p.logger().Handler()))
	ctx, _ := spantest.New().Start(context.Background(), "request")
	log.InfoContext(ctx, "in a span", "n", 1)
	log.Info("in none")
	log.With("who", "till").WithGroup("g").InfoContext(ctx, "in a group")
	sc := trace.SpanContextFromContext(ctx)
	log.InfoContext(ctx, "named already", keyTraceID, "0815")
	const ids = "trace_id=00000000000000000000000000000001 span_id=0000000000000001"
	assert.Equal(t, ""+
		"level=INFO msg=\"in a span\" n=1 "+ids+"\n"+
		"level=INFO msg=\"in none\"\n"+
		"level=INFO msg=\"in a group\" who=till g.trace_id="+sc.TraceID().String()+" g.span_id="+sc.SpanID().String()+"\n"+
		"level=INFO msg=\"named already\" trace_id=0815\n", p.String())
}

// What the framework logs through it is named once.
func TestTraceHandlerAndTheFrameworksLines(t *testing.T) {
	s := newStage(t)
	s.logger = slog.New(NewTraceHandler(s.log.logger().Handler()))
	ctx, _ := s.rec.Start(context.Background(), "request")
	s.Mailbox(MailboxEvent{Kind: DeadLetter, Path: "/shop/till", Reason: "stopped", Trace: Sampled(ctx)})
	s.flush(t)
	assert.Equal(t, `level=WARN msg="dead letter" actor.system=shop actor.path=/shop/till actor.drop.reason=stopped `+
		"trace_id=00000000000000000000000000000001 span_id=0000000000000001\n", s.log.String())
}
