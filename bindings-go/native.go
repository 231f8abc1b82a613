package extcontact

/*
#include <dingtalk_extcontact.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// errVersion is what every use of another version of the library ends in.
var errVersion = checkVersion(C.GoString(C.dtx_version()))

func checkVersion(library string) error {
	if strings.HasPrefix(library+".", abi+".") {
		return nil
	}
	return fmt.Errorf("libdingtalk_extcontact is version %s, and this package needs %s", library, Version)
}

// made runs a function of the library that makes something or an error; P is a pointer of C.
func made[P any](make func(made *P, failed **C.dtx_error)) (P, error) {
	var object P
	var failed *C.dtx_error
	make(&object, &failed)
	if failed != nil {
		return object, takeError(failed)
	}
	return object, nil
}

func takeError(failed *C.dtx_error) error {
	defer C.dtx_error_free(failed)
	e, err := decoded[Error](C.dtx_error_json(failed))
	if err != nil {
		return err
	}
	return e
}

// taken is what such an object says of itself, or nil where none was made; it is freed.
func taken[T any, P comparable](
	make func(made *P, failed **C.dtx_error), text func(P) *C.char, free func(P),
) (*T, error) {
	var none P
	object, err := made(make)
	if object == none {
		return nil, err
	}
	defer free(object)
	return decoded[T](text(object))
}

// each yields what there is until that is nil, or an error.
func each[T any](yield func(T, error) bool, next func() (*T, error)) {
	for {
		one, err := next()
		if err != nil {
			one = new(T)
		}
		if one == nil || !yield(*one, err) || err != nil {
			return
		}
	}
}

// decoded reads what the library says of an object.
func decoded[T any](text *C.char) (*T, error) {
	object := new(T)
	return object, json.Unmarshal([]byte(C.GoString(text)), object)
}

// call is what a function of the library that waits is given: the options of the client's With, and a way to end.
type call struct {
	handle *C.dtx_call
	ctx    context.Context
	watch  *watch
}

// begin makes a call that ends with its context.
func (c *Client) begin(ctx context.Context) (*call, error) {
	it := &call{handle: C.dtx_call_new(), ctx: ctx}
	set := func(name, value *C.char) { C.dtx_call_set(it.handle, name, value) }
	if err := give(c.options, c.options.Named, set); err != nil {
		C.dtx_call_free(it.handle)
		return nil, err
	}
	it.watch = onDone(ctx, func() { C.dtx_call_cancel(it.handle) })
	return it, nil
}

// end frees the call, and gives an error of it what ended the context as its cause.
func (c *call) end(err error) error {
	c.watch.stop()
	C.dtx_call_free(c.handle)
	var ended *Error
	if errors.As(err, &ended) && ended.Kind == ErrCancelled {
		ended.cause = context.Cause(c.ctx)
	}
	return err
}

// slots bounds the threads that wait inside of the library.
var slots = make(chan struct{}, 32)

// waited runs a function of the library that waits on its thread.
func waited[T any](ctx context.Context, c *Client, step func(call *C.dtx_call) (*T, error)) (*T, error) {
	defer runtime.KeepAlive(c.native)
	call, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done(): // The library refuses it at once.
		C.dtx_call_cancel(call.handle)
	}
	result, err := step(call.handle)
	return result, call.end(err)
}

// watch does something when a context ends.
type watch struct {
	unregister func() bool
	did        chan struct{}
}

// onDone does it at once where the context has ended already: nothing is to be sent then.
func onDone(ctx context.Context, do func()) *watch {
	if ctx.Err() != nil {
		do()
	}
	it := &watch{did: make(chan struct{})}
	it.unregister = context.AfterFunc(ctx, func() {
		defer close(it.did)
		do()
	})
	return it
}

// stop returns when it is not being done and never will be; whether it was done.
func (w *watch) stop() bool {
	if w.unregister() {
		return false
	}
	<-w.did
	return true
}
