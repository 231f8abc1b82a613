// Deletes the external contacts whose ids are given.
//
//	go build delete.go
//	export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
//	./delete 0125400001 0125400002
//
// DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
// DINGTALK_REGION to the hosts in China. CGO_CFLAGS and CGO_LDFLAGS say where header and library
// are, if not where the C compiler looks.
//
// Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
package main

/*
#cgo LDFLAGS: -ldingtalk_extcontact
#include <dingtalk_extcontact.h>
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// Error says why a contact was not deleted, or a client not made. What is not known is nil.
type Error struct {
	Kind         C.int
	KindName     string
	Message      string
	Advice       string
	Code         *string
	RequestID    *string
	MaybeDeleted bool
	RetryAfter   *time.Duration
}

func (e *Error) Error() string { return e.Message }

// takeError copies what the library says, and frees it.
func takeError(e *C.dtx_error) error {
	defer C.dtx_error_free(e)
	kind := C.dtx_error_kind(e)
	err := &Error{
		Kind:         kind,
		KindName:     C.GoString(C.dtx_result_name(kind)),
		Message:      C.GoString(C.dtx_error_message(e)),
		Advice:       C.GoString(C.dtx_error_advice(e)),
		Code:         optional(C.dtx_error_code(e)),
		RequestID:    optional(C.dtx_error_request_id(e)),
		MaybeDeleted: C.dtx_error_maybe_deleted(e) != 0,
	}
	var ms C.uint64_t
	if C.dtx_error_retry_after_ms(e, &ms) != 0 {
		wait := time.Duration(ms) * time.Millisecond
		err.RetryAfter = &wait
	}
	return err
}

func optional(text *C.char) *string {
	if text == nil {
		return nil
	}
	s := C.GoString(text)
	return &s
}

// Deletion is the good end of a call: the contact is gone.
type Deletion struct {
	Absent       bool
	MaybeDeleted bool
	RequestID    *string
}

// ErrClosed is the error of a call after Close.
var ErrClosed = errors.New("the client is closed")

// Client deletes contacts. Make one and share it among goroutines, also while one closes it: it
// keeps its connections and its token, and heeds the rate limit.
type Client struct {
	// Held for reading by every call under way: what it uses must not be freed.
	use    sync.RWMutex
	handle *C.dtx_client
}

// ClientFromEnv makes a client.
func ClientFromEnv() (*Client, error) {
	options := C.dtx_options_from_env()
	defer C.dtx_options_free(options)
	var client *C.dtx_client
	var e *C.dtx_error
	if C.dtx_client_new(options, &client, &e) != C.DTX_OK {
		return nil, takeError(e)
	}
	return &Client{handle: client}, nil
}

// Close waits for the calls under way and frees the client. Later calls are refused.
func (c *Client) Close() {
	c.use.Lock()
	defer c.use.Unlock()
	// The second time it is nil, which is harmless to free.
	C.dtx_client_free(c.handle)
	c.handle = nil
}

// Delete deletes a contact; its error is an *Error, or ErrClosed.
func (c *Client) Delete(userID string) (*Deletion, error) {
	// A NUL inside a string would end it for C: another contact could be meant then.
	if strings.IndexByte(userID, 0) >= 0 {
		return nil, errors.New("user id with a NUL character in it")
	}
	id := C.CString(userID)
	defer C.free(unsafe.Pointer(id))
	var deletion *C.dtx_deletion
	var e *C.dtx_error
	c.use.RLock()
	defer c.use.RUnlock()
	if c.handle == nil {
		return nil, ErrClosed
	}
	if C.dtx_client_delete(c.handle, id, nil, &deletion, &e) != C.DTX_OK {
		return nil, takeError(e)
	}
	defer C.dtx_deletion_free(deletion)
	return &Deletion{
		Absent:       C.dtx_deletion_status(deletion) == C.DTX_STATUS_ABSENT,
		MaybeDeleted: C.dtx_deletion_maybe_deleted(deletion) != 0,
		RequestID:    optional(C.dtx_deletion_request_id(deletion)),
	}, nil
}

func printError(what string, err error) {
	fmt.Fprintf(os.Stderr, "failed: %s\n", what)
	var e *Error
	if !errors.As(err, &e) {
		fmt.Fprintf(os.Stderr, "  message: %v\n", err)
		return
	}
	printField := func(name string, value *string) {
		if value != nil {
			fmt.Fprintf(os.Stderr, "  %s: %s\n", name, *value)
		}
	}
	printField("kind", &e.KindName)
	printField("code", e.Code)
	printField("message", &e.Message)
	printField("advice", &e.Advice)
	printField("request id", e.RequestID)
	maybe := "no"
	if e.MaybeDeleted {
		maybe = "yes"
	}
	printField("may be gone", &maybe)
	if e.RetryAfter != nil {
		fmt.Fprintf(os.Stderr, "  retry after: %d ms\n", e.RetryAfter.Milliseconds())
	}
}

func printDeletion(userID string, deletion *Deletion) {
	// Absent is fine, but not the same: it does not prove that the id was ever right.
	status, requestID := "deleted", "not known"
	if deletion.Absent {
		status = "absent"
	}
	if deletion.RequestID != nil {
		requestID = *deletion.RequestID
	}
	fmt.Printf("%s: %s (request id %s)", status, userID, requestID)
	if deletion.MaybeDeleted {
		fmt.Print(", perhaps deleted just now: the reply to an earlier request was lost")
	}
	fmt.Println()
}

func run(ids []string) int {
	client, err := ClientFromEnv()
	if err != nil {
		printError("no client", err)
		return 2
	}
	defer client.Close()
	failed, refused := 0, 0
	for _, id := range ids {
		deletion, err := client.Delete(id)
		if err == nil {
			printDeletion(id, deletion)
			continue
		}
		printError(id, err)
		failed++
		// Refused before anything was sent.
		var e *Error
		if errors.As(err, &e) && e.Kind == C.DTX_INVALID_ARGUMENT {
			refused++
		}
	}
	switch {
	case failed == 0:
		return 0
	case refused == len(ids):
		return 2
	default:
		return 1
	}
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintf(os.Stderr, "usage: %s ID...\n", os.Args[0])
		os.Exit(2)
	}
	// os.Exit runs no deferred calls, so they all stand in run.
	os.Exit(run(os.Args[1:]))
}
