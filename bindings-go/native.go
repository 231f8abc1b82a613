package extcontact

/*
#include <dingtalk_extcontact.h>
*/
import "C"

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// errVersion is what every use of another version of the library ends in.
var errVersion = checkVersion(C.GoString(C.dtx_version()))

func checkVersion(library string) error {
	if strings.HasPrefix(library+".", abi+".") {
		return nil
	}
	return fmt.Errorf("libdingtalk_extcontact is version %s, and this package needs %s", library, Version)
}

// cString is text for one call of C, which copies it. It would end at the first NUL: a part of an id may be another's.
func cString(name, text string) (*C.char, error) {
	bytes, err := syscall.BytePtrFromString(text)
	if err != nil {
		return nil, invalid(name+" has a NUL character in it", "Correct the value; nothing was sent.")
	}
	return (*C.char)(unsafe.Pointer(bytes)), nil
}

// decoded reads what the library says of an object.
func decoded[T any](text *C.char) (*T, error) {
	object := new(T)
	return object, json.Unmarshal([]byte(C.GoString(text)), object)
}

// asError is the library's error, which it frees, or nil.
func asError(failed *C.dtx_error) error {
	if failed == nil {
		return nil
	}
	defer C.dtx_error_free(failed)
	e, err := decoded[Error](C.dtx_error_json(failed))
	return cmp.Or[error](err, e)
}

// within makes a call with the options of the client's With, which ends with its context.
func within[T any](ctx context.Context, c *Client, step func(call *C.dtx_call) (*T, error)) (*T, error) {
	if err := c.refused(ctx); err != nil {
		return nil, err
	}
	defer runtime.KeepAlive(c.native)
	call := C.dtx_call_new()
	defer C.dtx_call_free(call)
	if c.options != nil {
		if err := c.options.give(call); err != nil {
			return nil, err
		}
	}
	defer onDone(ctx, func() { C.dtx_call_cancel(call) })()
	result, err := step(call)
	var ended *Error
	if errors.As(err, &ended) && ended.Kind == ErrCancelled {
		ended.cause = context.Cause(ctx)
	}
	return result, err
}

// slots bounds the threads that wait inside of the library.
var slots = make(chan struct{}, 32)

// waited is within for what waits in a thread, as soon as it may.
func waited[T any](ctx context.Context, c *Client, step func(call *C.dtx_call) (*T, error)) (*T, error) {
	return within(ctx, c, func(call *C.dtx_call) (*T, error) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-ctx.Done(): // The library refuses it at once.
			C.dtx_call_cancel(call)
		}
		return step(call)
	})
}

// onDone does something when the context ends, and at once where it has ended already: nothing is to be sent then. After
// stop it is not being done and never will be.
func onDone(ctx context.Context, do func()) (stop func()) {
	if ctx.Err() != nil {
		do()
	}
	did := make(chan struct{})
	unregister := context.AfterFunc(ctx, func() {
		defer close(did)
		do()
	})
	return func() {
		if !unregister() {
			<-did
		}
	}
}

// each is a loop over what next has until that is nil, or an error. What it is had of is opened when the loop begins.
func each[H, T any](open func() (H, error), next func(H) (*T, error), free func(H)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		from, err := open()
		if err != nil {
			yield(*new(T), err)
			return
		}
		defer free(from) // Also where the loop is left, or panics.
		for {
			one, err := next(from)
			if err != nil {
				yield(*new(T), err)
				return
			}
			if one == nil || !yield(*one, nil) {
				return
			}
		}
	}
}
