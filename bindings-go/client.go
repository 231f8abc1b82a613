// Package extcontact deletes external contacts of a DingTalk organisation, which has no undo, and says exactly what
// happened. It is a way to the C library libdingtalk_extcontact, which has all rules, defaults and texts.
package extcontact

/*
#include <dingtalk_extcontact.h>
extern void dtxGoDone(dtx_deletion *, dtx_error *, uintptr_t);
static void tell_done(dtx_deletion *deletion, dtx_error *error, void *waiting) {
  dtxGoDone(deletion, error, (uintptr_t)waiting);
}
static void submit(const dtx_client *client, const char *user_id, const dtx_call *call, uintptr_t waiting) {
  dtx_client_submit(client, user_id, call, tell_done, (void *)waiting);
}
*/
import "C"

import (
	"context"
	"runtime"
	"runtime/cgo"
)

// Client deletes contacts. It keeps its connections, its token and the rate: make one and share it. All methods may
// be called from any goroutine at any time, Close included.
type Client struct {
	*native
	options *CallOptions // of With
}

// native is freed when nobody has it any more.
type native struct{ handle *C.dtx_client }

// New makes a client. Nothing is sent yet.
func New(options Options) (*Client, error) {
	return newClient(options, func() *C.dtx_options { return C.dtx_options_new() })
}

// FromEnv makes a client with what the environment names, DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and
// DINGTALK_APP_SECRET; DINGTALK_REGION, DINGTALK_ENDPOINT. Options that are not zero come on top.
func FromEnv(options Options) (*Client, error) {
	return newClient(options, func() *C.dtx_options { return C.dtx_options_from_env() })
}

func newClient(options Options, defaults func() *C.dtx_options) (*Client, error) {
	if errVersion != nil {
		return nil, errVersion
	}
	given := defaults()
	defer C.dtx_options_free(given)
	if err := options.give(given); err != nil {
		return nil, err
	}
	begin := clientNew
	if options.Shared {
		begin = clientShared
	}
	handle, err := begin(given)
	if err != nil {
		return nil, err
	}
	owner := &native{handle}
	runtime.SetFinalizer(owner, func(owner *native) { C.dtx_client_free(owner.handle) })
	return &Client{native: owner}, nil
}

// With is the same client with other options of a call. It shares everything, so closing one closes both.
func (c *Client) With(options CallOptions) *Client {
	if c == nil {
		return nil
	}
	return &Client{native: c.native, options: &options}
}

// refused is an error for a client that no function has made, and for a context that is nil: nothing can be called.
func (c *Client) refused(ctx context.Context) error {
	switch {
	case c == nil || c.native == nil:
		return invalid("the client was not made", "Make it with New or FromEnv.")
	case ctx == nil:
		return invalid("the context is nil", "Give one that can end, or context.Background().")
	}
	return nil
}

// Close refuses calls from now on; those under way go on to their end. Again it does nothing.
func (c *Client) Close() {
	if c.refused(context.Background()) == nil {
		defer runtime.KeepAlive(c.native)
		C.dtx_client_close(c.handle)
	}
}

// SetAccessToken replaces the token that the client was made with. Calls under way take it up if the old one is
// refused.
func (c *Client) SetAccessToken(token string) error {
	if err := c.refused(context.Background()); err != nil {
		return err
	}
	defer runtime.KeepAlive(c.native)
	return clientSetAccessToken(c.handle, token)
}

// Delete deletes a contact. The id is sent as it is. When the context ends, the call does within 100 ms, and its
// error says whether the contact may be gone. Any number of goroutines may make calls: few of them wait in a thread.
func (c *Client) Delete(ctx context.Context, userID string) (*Deletion, error) {
	return within(ctx, c, func(call *C.dtx_call) (*Deletion, error) {
		select {
		case slots <- struct{}{}: // To wait in a thread costs half of being told by another one.
			defer func() { <-slots }()
			return clientDelete(c.handle, userID, call)
		default:
			return c.submit(userID, call)
		}
	})
}

// done is the end of a deletion: one of them is there.
type done struct {
	deletion *C.dtx_deletion
	failed   *C.dtx_error
}

// submit waits without a thread.
func (c *Client) submit(userID string, call *C.dtx_call) (*Deletion, error) {
	id, err := cString("UserID", userID)
	if err != nil {
		return nil, err
	}
	told := make(chan done, 1)
	C.submit(c.handle, id, call, C.uintptr_t(cgo.NewHandle(told)))
	end := <-told
	return takeDeletion(end.deletion, end.failed)
}

// Check deletes nothing. With write it tries the permission to delete, too, by a deletion of an id that cannot exist.
// A step that fails is no error: it stands in the result.
func (c *Client) Check(ctx context.Context, write bool) (*Check, error) {
	return waited(ctx, c, func(call *C.dtx_call) (*Check, error) {
		return clientCheck(c.handle, write, call)
	})
}
