package extcontact

/*
#include <dingtalk_extcontact.h>
*/
import "C"

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"runtime"
)

// Format shows the id alone.
func (c Contact) Format(state fmt.State, _ rune) { io.WriteString(state, "contact "+c.UserID) }

// LogValue is the id alone, too.
func (c Contact) LogValue() slog.Value { return slog.StringValue(c.UserID) }

// Get asks for a contact: to look whether it is still there, or to keep a copy. Where there is none, the error is
// ErrInvalidUserID. The app needs the permission point qyapi_ext_read.
func (c *Client) Get(ctx context.Context, userID string) (*Contact, error) {
	return waited(ctx, c, func(call *C.dtx_call) (*Contact, error) {
		return clientGet(c.handle, userID, call)
	})
}

// Contacts are all contacts of the organisation, read page by page as they are needed. They may be deleted meanwhile.
// An error is the last. The app needs the permission point qyapi_ext_read.
func (c *Client) Contacts(ctx context.Context) iter.Seq2[Contact, error] {
	open := func() (*C.dtx_contacts, error) {
		if err := c.refused(ctx); err != nil {
			return nil, err
		}
		defer runtime.KeepAlive(c.native)
		return clientContacts(c.handle)
	}
	next := func(pages *C.dtx_contacts) (*Contact, error) {
		return waited(ctx, c, func(call *C.dtx_call) (*Contact, error) { return contactsNext(pages, call) })
	}
	return each(open, next, func(pages *C.dtx_contacts) { C.dtx_contacts_free(pages) })
}

// Restore creates the contact of a record again, under a new id, and nobody twice. The record is that of a Contact, or
// a line of a backup. Without a certain answer its status is RestoreMayBeCreated, also after the end of the context;
// call it again with lookFirst then, which looks through all contacts for one with its number first. The app needs the
// permission points qyapi_ext_read and qyapi_ext_write.
func (c *Client) Restore(ctx context.Context, record []byte, lookFirst bool) (*Restoration, error) {
	return waited(ctx, c, func(call *C.dtx_call) (*Restoration, error) {
		return clientRestore(c.handle, string(record), lookFirst, call)
	})
}
