package extcontact

/*
#include <dingtalk_extcontact.h>
#include <stdlib.h>
extern void dtxGoItem(dtx_item *, uintptr_t);
static void tell_item(dtx_item *item, void *waiting) { dtxGoItem(item, (uintptr_t)waiting); }
static void submit_next(dtx_batch *batch, uintptr_t waiting, dtx_error **error) {
  dtx_batch_submit_next(batch, tell_item, (void *)waiting, error);
}
*/
import "C"

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"runtime"
	"runtime/cgo"
	"time"
	"unsafe"
)

// Item is what came of one id of a batch: it has a deletion, or an error, or neither where it was not called, as the
// batch had stopped. Its JSON is the same in every language.
type Item struct {
	UserID        string
	Deletion      *Deletion
	Err           error     // An *Error.
	Time          time.Time // When that was known.
	SettledBefore bool      // An earlier batch with the same journal settled it.

	json json.RawMessage
}

// MarshalJSON is the library's own form.
func (i Item) MarshalJSON() ([]byte, error) { return i.json, nil }

// String is that as well.
func (i Item) String() string { return string(i.json) }

// Summary is a batch that has ended. Ids that are deleted, absent, perhaps deleted, failed or not attempted are all.
type Summary struct {
	Numbers
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Endpoint string    `json:"endpoint"`
	AppKey   string    `json:"app_key,omitempty"`
	Stopped  string    `json:"stopped,omitempty"` // Why it stopped early.
}

// DeleteMany deletes many contacts, several at a time. Ids are taken as they are needed, in the goroutine of the
// loop; an item comes for each, in the order in which the calls end. An id that comes again is dropped. An error of
// a contact is its item's; one beside no item ends the loop: options or a journal that cannot be used, an id that is
// no text, the end of the context.
//
// A loop that is left early starts no more calls and waits for those under way, so that the journal has their ends.
// When the context ends, they are cancelled; their items still come, and then the context's error. Ranging over it
// again is another batch.
func (c *Client) DeleteMany(ctx context.Context, userIDs iter.Seq[string], options BatchOptions) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if err := c.refused(ctx); err != nil {
			yield(Item{}, err)
			return
		}
		if userIDs == nil {
			yield(Item{}, invalid("userIDs is nil", "Give the ids, for example as slices.Values(ids)."))
			return
		}
		batch, err := c.newBatch(options)
		if err != nil {
			yield(Item{}, err)
			return
		}
		watch := onDone(ctx, func() {
			C.dtx_batch_cancel(batch)
			C.dtx_batch_finish(batch)
		})
		// Also where the loop, the ids or Paused panic.
		defer endBatch(batch, options.Summary, watch)
		next, stop := iter.Pull(userIDs)
		defer stop()
		var trouble error
		each(yield, func() (*Item, error) {
			for C.dtx_batch_wants(batch) != 0 {
				id, more := next()
				if more {
					trouble = push(batch, id)
				}
				if trouble != nil {
					C.dtx_batch_stop(batch)
				}
				if trouble != nil || !more {
					C.dtx_batch_finish(batch)
				}
			}
			item, err := takeItem(batch, options.Paused)
			if item == nil && err == nil {
				err = cmp.Or(trouble, context.Cause(ctx))
			}
			return item, err
		})
	}
}

func (c *Client) newBatch(options BatchOptions) (*C.dtx_batch, error) {
	given := C.dtx_batch_options_new()
	defer C.dtx_batch_options_free(given)
	set := func(name, value *C.char) { C.dtx_batch_options_set(given, name, value) }
	if err := give(options, options.Named, set); err != nil {
		return nil, err
	}
	defer runtime.KeepAlive(c.native)
	return made(func(batch **C.dtx_batch, failed **C.dtx_error) {
		C.dtx_batch_new(c.handle, given, batch, failed)
	})
}

func push(batch *C.dtx_batch, userID string) error {
	id, err := cString("UserID", userID)
	if err != nil {
		return err
	}
	defer C.free(unsafe.Pointer(id))
	_, err = made(func(_ *struct{}, failed **C.dtx_error) { C.dtx_batch_push(batch, id, failed) })
	return err
}

// endBatch waits for the calls under way; their items are in the summary and the journal.
func endBatch(batch *C.dtx_batch, summary *Summary, watch *watch) {
	C.dtx_batch_stop(batch)
	C.dtx_batch_finish(batch)
	for item := nextItem(batch, nil); item != nil; item = nextItem(batch, nil) {
		C.dtx_item_free(item)
	}
	watch.stop()
	if summary != nil {
		if whole, err := decoded[Summary](C.dtx_batch_summary_json(batch)); err == nil {
			*summary = *whole
		}
	}
	C.dtx_batch_free(batch)
}

// takeItem is the next item, or nil at the end.
func takeItem(batch *C.dtx_batch, paused func(time.Duration)) (*Item, error) {
	handle := nextItem(batch, paused)
	if handle == nil {
		return nil, nil
	}
	defer C.dtx_item_free(handle)
	item := &Item{
		UserID:        C.GoString(C.dtx_item_user_id(handle)),
		SettledBefore: C.dtx_item_settled_before(handle) != 0,
		json:          json.RawMessage(C.GoString(C.dtx_item_json(handle))),
	}
	var err error
	if item.Time, err = time.Parse(time.RFC3339, C.GoString(C.dtx_item_time(handle))); err != nil {
		return nil, err
	}
	if deletion := C.dtx_item_deletion(handle); deletion != nil {
		item.Deletion, err = decoded[Deletion](C.dtx_deletion_json(deletion))
	} else if failed := C.dtx_item_error(handle); failed != nil {
		item.Err, err = decoded[Error](C.dtx_error_json(failed))
	}
	return item, err
}

// nextItem waits without a thread.
func nextItem(batch *C.dtx_batch, paused func(time.Duration)) *C.dtx_item {
	told := make(chan *C.dtx_item, 1)
	var failed *C.dtx_error
	C.submit_next(batch, C.uintptr_t(cgo.NewHandle(told)), &failed)
	if paused == nil {
		return <-told
	}
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for resting := false; ; {
		select {
		case item := <-told:
			return item
		case <-look.C:
		}
		var left C.uint64_t
		now := C.dtx_batch_paused(batch, &left) != 0
		if now && !resting {
			paused(time.Duration(left) * time.Millisecond)
		}
		resting = now
	}
}
