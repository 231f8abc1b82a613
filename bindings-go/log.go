package extcontact

/*
#include <dingtalk_extcontact.h>
extern void dtxGoLog(int, char *);
static void take_line(int level, const char *message, void *context) {
  (void)context;
  dtxGoLog(level, (char *)message);
}
static void set_log(int level) { dtx_set_log(level, take_line, NULL); }
*/
import "C"

import (
	"context"
	"log/slog"
	"sync/atomic"
)

var logger atomic.Pointer[slog.Logger]

// SetLogger sends the log lines of the library to a logger, for all clients of the process: the outcome of every
// call at the level Info, every attempt that failed at Debug. No secret is in them. The levels that the logger has
// enabled now are those that it gets; nil ends it. Its handler is called on several threads at once.
func SetLogger(to *slog.Logger) {
	logger.Store(to)
	level := C.int(C.DTX_LOG_OFF)
	for to != nil && level < C.DTX_LOG_DEBUG && to.Enabled(context.Background(), slogLevel(level+1)) {
		level++
	}
	C.set_log(level)
}

// slogLevel is the level that is called the same: both have them at equal distances.
func slogLevel(level C.int) slog.Level {
	return slog.LevelInfo + slog.Level(C.DTX_LOG_INFO-level)*(slog.LevelInfo-slog.LevelDebug)
}
