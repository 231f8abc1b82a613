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

// slots bounds the threads that wait inside of the library: so many of its requests run at a time, anyway.
var slots = make(chan struct{}, 64)

// wait runs a function of the library that waits on its thread.
func (c *Client) wait(ctx context.Context, step func(call *C.dtx_call) error) error {
	it, err := c.begin(ctx)
	if err != nil {
		return err
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done(): // The library refuses it at once.
		C.dtx_call_cancel(it.handle)
	}
	return it.end(step(it.handle))
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
