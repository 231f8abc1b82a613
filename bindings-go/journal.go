package extcontact

/*
#include <dingtalk_extcontact.h>
#include <stdlib.h>
*/
import "C"

import (
	"iter"
	"time"
	"unsafe"
)

// JournalEntry is what journals say of one id. What is not known is zero.
type JournalEntry struct {
	UserID    string       `json:"user_id"`
	State     JournalState `json:"state"`
	Time      time.Time    `json:"time"`                 // When that was known; of a call that was cut off, when it was announced.
	Run       int          `json:"run"`                  // Which of the batches that wrote the journal says so, from 1.
	Attempts  int          `json:"attempts,omitempty"`   // Delete requests that were sent.
	RequestID string       `json:"request_id,omitempty"` // By which DingTalk's support finds the call.
	Kind      Kind         `json:"kind,omitempty"`       // Of a failure.
	Code      string       `json:"code,omitempty"`       // Of a failure, the code that decides.
	Meaning   string       `json:"meaning"`              // What happened, as a phrase of one line.
	Journal   string       `json:"journal"`              // The file that says so.
	Endpoint  string       `json:"endpoint"`
	AppKey    string       `json:"app_key,omitempty"`
}

// JournalState says what became of a contact.
type JournalState string

// ReadJournal says what became of each id, by one journal or several, in the order of the files and their lines. An
// error is the last.
func ReadJournal(paths ...string) iter.Seq2[JournalEntry, error] {
	return func(yield func(JournalEntry, error) bool) {
		journal, err := openJournal(paths)
		if err != nil {
			yield(JournalEntry{}, err)
			return
		}
		defer C.dtx_journal_free(journal)
		for {
			entry, err := nextEntry(journal)
			if err != nil {
				yield(JournalEntry{}, err)
				return
			}
			if entry == nil || !yield(*entry, nil) {
				return
			}
		}
	}
}

func openJournal(paths []string) (*C.dtx_journal, error) {
	if errVersion != nil {
		return nil, errVersion
	}
	// In C's memory, as C may not be given Go's with pointers in it.
	size := unsafe.Sizeof((*C.char)(nil))
	list := (**C.char)(C.calloc(C.size_t(len(paths)+1), C.size_t(size)))
	texts := unsafe.Slice(list, len(paths))
	defer func() {
		for _, text := range texts {
			C.free(unsafe.Pointer(text))
		}
		C.free(unsafe.Pointer(list))
	}()
	for i, path := range paths {
		text, err := cString("journal", path)
		if err != nil {
			return nil, err
		}
		texts[i] = text
	}
	return made(func(journal **C.dtx_journal, failed **C.dtx_error) {
		C.dtx_journal_read(list, C.uint64_t(len(paths)), journal, failed)
	})
}

func nextEntry(journal *C.dtx_journal) (*JournalEntry, error) {
	handle, err := made(func(entry **C.dtx_journal_entry, failed **C.dtx_error) {
		C.dtx_journal_next(journal, entry, failed)
	})
	if handle == nil {
		return nil, err
	}
	defer C.dtx_journal_entry_free(handle)
	return decoded[JournalEntry](C.dtx_journal_entry_json(handle))
}
