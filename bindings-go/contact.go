package extcontact

/*
#include <dingtalk_extcontact.h>
#include <stdlib.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"runtime"
	"unsafe"
)

// Contact is an external contact. All of it is personal data: printed, it is its id alone.
type Contact struct {
	UserID         string   `json:"user_id"`
	Name           string   `json:"name,omitempty"`
	Mobile         string   `json:"mobile,omitempty"`
	StateCode      string   `json:"state_code,omitempty"`
	CompanyName    string   `json:"company_name,omitempty"`
	Title          string   `json:"title,omitempty"`
	Email          string   `json:"email,omitempty"`
	Address        string   `json:"address,omitempty"`
	Remark         string   `json:"remark,omitempty"`
	FollowerUserID string   `json:"follower_user_id,omitempty"`
	LabelIDs       []string `json:"label_ids"`
	ShareDeptIDs   []string `json:"share_dept_ids"`
	ShareUserIDs   []string `json:"share_user_ids"`
	// Record is all that the service sent, under its names: what Restore takes.
	Record json.RawMessage `json:"record"`
}

// Format shows the id alone.
func (c Contact) Format(state fmt.State, _ rune) { io.WriteString(state, "contact "+c.UserID) }

// LogValue is the id alone, too.
func (c Contact) LogValue() slog.Value { return slog.StringValue(c.UserID) }

// Get asks for a contact: to look whether it is still there, or to keep a copy.
func (c *Client) Get(ctx context.Context, userID string) (contact *Contact, err error) {
	id, err := cString("user_id", userID)
	if err != nil {
		return nil, err
	}
	defer C.free(unsafe.Pointer(id))
	err = c.wait(ctx, func(call *C.dtx_call) error {
		contact, err = takeContact(func(made **C.dtx_contact, failed **C.dtx_error) {
			C.dtx_client_get(c.handle, id, call, made, failed)
		})
		return err
	})
	runtime.KeepAlive(c.native)
	return contact, err
}

// Contacts are all contacts of the organisation, read page by page as they are needed. They may be deleted meanwhile.
// An error is the last.
func (c *Client) Contacts(ctx context.Context) iter.Seq2[Contact, error] {
	return func(yield func(Contact, error) bool) {
		pages, err := made(func(pages **C.dtx_contacts, failed **C.dtx_error) {
			C.dtx_client_contacts(c.handle, pages, failed)
		})
		runtime.KeepAlive(c.native)
		if err != nil {
			yield(Contact{}, err)
			return
		}
		defer C.dtx_contacts_free(pages)
		for {
			var contact *Contact
			err := c.wait(ctx, func(call *C.dtx_call) (err error) {
				contact, err = takeContact(func(made **C.dtx_contact, failed **C.dtx_error) {
					C.dtx_contacts_next(pages, call, made, failed)
				})
				return err
			})
			if err != nil {
				yield(Contact{}, err)
				return
			}
			if contact == nil || !yield(*contact, nil) {
				return
			}
		}
	}
}

// takeContact is nil at the end of all.
func takeContact(next func(made **C.dtx_contact, failed **C.dtx_error)) (*Contact, error) {
	handle, err := made(next)
	if handle == nil {
		return nil, err
	}
	defer C.dtx_contact_free(handle)
	return decoded[Contact](C.dtx_contact_json(handle))
}

// Restoration is what came of a record that was to be restored.
type Restoration struct {
	OldUserID string        `json:"old_user_id"`
	Status    RestoreStatus `json:"status"`
	UserID    string        `json:"user_id,omitempty"`    // Of the contact now, where it is known.
	RequestID string        `json:"request_id,omitempty"` // By which DingTalk's support finds the call.
	Attempts  int           `json:"attempts"`             // Requests to create it that were sent.
	Problem   string        `json:"problem,omitempty"`    // Why something is not known, for people.
}

// RestoreStatus says whether a contact was created again.
type RestoreStatus string

// Restore creates the contact of a record again, under a new id, and nobody twice. The record is that of a Contact, or
// "record" in a line of a backup. Without a certain answer its status is RestoreMayBeCreated, also after the end of the context; call it
// again with lookFirst then, which looks through all contacts for one with its number first.
func (c *Client) Restore(ctx context.Context, record []byte, lookFirst bool) (restoration *Restoration, err error) {
	text, err := cString("record", string(record))
	if err != nil {
		return nil, err
	}
	defer C.free(unsafe.Pointer(text))
	err = c.wait(ctx, func(call *C.dtx_call) error {
		handle, err := made(func(made **C.dtx_restoration, failed **C.dtx_error) {
			C.dtx_client_restore(c.handle, text, flag(lookFirst), call, made, failed)
		})
		if err != nil {
			return err
		}
		defer C.dtx_restoration_free(handle)
		restoration, err = decoded[Restoration](C.dtx_restoration_json(handle))
		return err
	})
	runtime.KeepAlive(c.native)
	return restoration, err
}

func flag(on bool) C.int {
	if on {
		return 1
	}
	return 0
}
