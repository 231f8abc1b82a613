package extcontact

/*
#include <dingtalk_extcontact.h>
extern void dtxGoItem(dtx_item *, uintptr_t);
static void tell_item(dtx_item *item, void *waiting) { dtxGoItem(item, (uintptr_t)waiting); }
static void submit_next(dtx_batch *batch, uintptr_t waiting) {
  dtx_batch_submit_next(batch, tell_item, (void *)waiting, NULL);
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

// MarshalJSON is the library's own form; null for an item that the library has not made.
func (i Item) MarshalJSON() ([]byte, error) {
	if i.json == nil {
		return []byte("null"), nil
	}
	return i.json, nil
}

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
	open := func() (*batch, error) { return c.newBatch(ctx, userIDs, options) }
	return each(open, (*batch).next, (*batch).end)
}

// batch is one loop over many deletions.
type batch struct {
	handle    *C.dtx_batch
	options   BatchOptions
	ctx       context.Context
	forget    func() // ends the watch on ctx
	nextID    func() (string, bool)
	noMoreIDs func()
	trouble   error            // of an id, which ends the loop
	told      chan *C.dtx_item // where the next item comes, once it was asked for
}

func (c *Client) newBatch(ctx context.Context, userIDs iter.Seq[string], options BatchOptions) (*batch, error) {
	if err := c.refused(ctx); err != nil {
		return nil, err
	}
	if userIDs == nil {
		return nil, invalid("userIDs is nil", "Give the ids, for example as slices.Values(ids).")
	}
	given := C.dtx_batch_options_new()
	defer C.dtx_batch_options_free(given)
	if err := options.give(given); err != nil {
		return nil, err
	}
	defer runtime.KeepAlive(c.native)
	handle, err := batchNew(c.handle, given)
	if err != nil {
		return nil, err
	}
	b := &batch{handle: handle, options: options, ctx: ctx}
	b.nextID, b.noMoreIDs = iter.Pull(userIDs)
	b.forget = onDone(ctx, func() {
		C.dtx_batch_cancel(handle)
		C.dtx_batch_finish(handle)
	})
	return b, nil
}

// next pushes as many ids as the batch wants, and is the item that comes then, or nil at the end.
func (b *batch) next() (*Item, error) {
	for C.dtx_batch_wants(b.handle) != 0 {
		id, more := b.nextID()
		if more {
			b.trouble = batchPush(b.handle, id)
		}
		if b.trouble != nil {
			C.dtx_batch_stop(b.handle)
		}
		if b.trouble != nil || !more {
			C.dtx_batch_finish(b.handle)
		}
	}
	if item := b.wait(b.options.Paused); item != nil {
		return takeItem(item)
	}
	return nil, cmp.Or(b.trouble, context.Cause(b.ctx))
}

// wait is for the next item, without a thread.
func (b *batch) wait(paused func(time.Duration)) *C.dtx_item {
	if b.told == nil { // It was asked for already where paused has panicked.
		b.told = make(chan *C.dtx_item, 1)
		C.submit_next(b.handle, C.uintptr_t(cgo.NewHandle(b.told)))
	}
	var look <-chan time.Time
	if paused != nil {
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		look = ticker.C
	}
	for resting := false; ; {
		select {
		case item := <-b.told:
			b.told = nil
			return item
		case <-look:
		}
		var left C.uint64_t
		now := C.dtx_batch_paused(b.handle, &left) != 0
		if now && !resting {
			paused(time.Duration(left) * time.Millisecond)
		}
		resting = now
	}
}

func takeItem(from *C.dtx_item) (*Item, error) {
	defer C.dtx_item_free(from)
	item := &Item{
		UserID:        C.GoString(C.dtx_item_user_id(from)),
		SettledBefore: C.dtx_item_settled_before(from) != 0,
		json:          json.RawMessage(C.GoString(C.dtx_item_json(from))),
	}
	var err error
	if item.Time, err = time.Parse(time.RFC3339, C.GoString(C.dtx_item_time(from))); err != nil {
		return nil, err
	}
	if deletion := C.dtx_item_deletion(from); deletion != nil {
		item.Deletion, err = decoded[Deletion](C.dtx_deletion_json(deletion))
	} else if failed := C.dtx_item_error(from); failed != nil {
		item.Err, err = decoded[Error](C.dtx_error_json(failed))
	}
	return item, err
}

// end waits for the calls under way; their items are in the summary and the journal.
func (b *batch) end() {
	defer b.noMoreIDs() // They may panic.
	C.dtx_batch_stop(b.handle)
	C.dtx_batch_finish(b.handle)
	for item := b.wait(nil); item != nil; item = b.wait(nil) {
		C.dtx_item_free(item)
	}
	b.forget()
	if b.options.Summary != nil {
		if whole, err := decoded[Summary](C.dtx_batch_summary_json(b.handle)); err == nil {
			*b.options.Summary = *whole
		}
	}
	C.dtx_batch_free(b.handle)
}
