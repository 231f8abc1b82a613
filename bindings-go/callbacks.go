package extcontact

/*
#include <dingtalk_extcontact.h>
*/
import "C"

import (
	"context"
	"fmt"
	"os"
	"runtime/cgo"
)

// What the library calls, on threads of its own. A goroutine waits on each channel, which has room.

//export dtxGoDone
func dtxGoDone(deletion *C.dtx_deletion, failed *C.dtx_error, waiting C.uintptr_t) {
	tell(waiting, done{deletion, failed})
}

//export dtxGoItem
func dtxGoItem(item *C.dtx_item, waiting C.uintptr_t) {
	tell(waiting, item)
}

func tell[T any](waiting C.uintptr_t, what T) {
	handle := cgo.Handle(waiting)
	told := handle.Value().(chan T)
	handle.Delete()
	told <- what
}

// A handler that panics must not unwind the library's thread.
//
//export dtxGoLog
func dtxGoLog(level C.int, message *C.char) {
	defer func() {
		if panicked := recover(); panicked != nil {
			fmt.Fprintln(os.Stderr, "extcontact: the logger panicked:", panicked)
		}
	}()
	if to := logger.Load(); to != nil {
		to.Log(context.Background(), slogLevel(level), C.GoString(message))
	}
}
