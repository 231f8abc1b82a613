package extcontact

/*
#include <dingtalk_extcontact.h>
#include <stdlib.h>
*/
import "C"

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"unsafe"
)

// Format shows the id alone.
func (c Contact) Format(state fmt.State, _ rune) { io.WriteString(state, "contact "+c.UserID) }

// LogValue is the id alone, too.
func (c Contact) LogValue() slog.Value { return slog.StringValue(c.UserID) }

// Get asks for a contact: to look whether it is still there, or to keep a copy.
func (c *Client) Get(ctx context.Context, userID string) (*Contact, error) {
	if err := c.refused(ctx); err != nil {
		return nil, err
	}
	id, err := cString("UserID", userID)
	if err != nil {
		return nil, err
	}
	defer C.free(unsafe.Pointer(id))
	return waited(ctx, c, func(call *C.dtx_call) (*Contact, error) {
		return takenContact(func(made **C.dtx_contact, failed **C.dtx_error) {
			C.dtx_client_get(c.handle, id, call, made, failed)
		})
	})
}

// Contacts are all contacts of the organisation, read page by page as they are needed. They may be deleted meanwhile.
// An error is the last.
func (c *Client) Contacts(ctx context.Context) iter.Seq2[Contact, error] {
	return func(yield func(Contact, error) bool) {
		if err := c.refused(ctx); err != nil {
			yield(Contact{}, err)
			return
		}
		pages, err := made(func(made **C.dtx_contacts, failed **C.dtx_error) {
			C.dtx_client_contacts(c.handle, made, failed)
		})
		if err != nil {
			yield(Contact{}, err)
			return
		}
		defer C.dtx_contacts_free(pages)
		each(yield, func() (*Contact, error) {
			return waited(ctx, c, func(call *C.dtx_call) (*Contact, error) {
				return takenContact(func(made **C.dtx_contact, failed **C.dtx_error) {
					C.dtx_contacts_next(pages, call, made, failed)
				})
			})
		})
	}
}

func takenContact(next func(made **C.dtx_contact, failed **C.dtx_error)) (*Contact, error) {
	return taken[Contact](next,
		func(it *C.dtx_contact) *C.char { return C.dtx_contact_json(it) },
		func(it *C.dtx_contact) { C.dtx_contact_free(it) })
}

// Restore creates the contact of a record again, under a new id, and nobody twice. The record is that of a Contact, or
// a line of a backup. Without a certain answer its status is RestoreMayBeCreated, also after the end of the context; call it
// again with lookFirst then, which looks through all contacts for one with its number first.
func (c *Client) Restore(ctx context.Context, record []byte, lookFirst bool) (*Restoration, error) {
	if err := c.refused(ctx); err != nil {
		return nil, err
	}
	text, err := cString("record", string(record))
	if err != nil {
		return nil, err
	}
	defer C.free(unsafe.Pointer(text))
	return waited(ctx, c, func(call *C.dtx_call) (*Restoration, error) {
		return taken[Restoration](func(made **C.dtx_restoration, failed **C.dtx_error) {
			C.dtx_client_restore(c.handle, text, flag(lookFirst), call, made, failed)
		},
			func(it *C.dtx_restoration) *C.char { return C.dtx_restoration_json(it) },
			func(it *C.dtx_restoration) { C.dtx_restoration_free(it) })
	})
}

func flag(on bool) C.int {
	if on {
		return 1
	}
	return 0
}
