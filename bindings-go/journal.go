package extcontact

/*
#include <dingtalk_extcontact.h>
#include <stdlib.h>
*/
import "C"

import (
	"iter"
	"unsafe"
)

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
		each(yield, func() (*JournalEntry, error) {
			return taken[JournalEntry](func(made **C.dtx_journal_entry, failed **C.dtx_error) {
				C.dtx_journal_next(journal, made, failed)
			},
				func(it *C.dtx_journal_entry) *C.char { return C.dtx_journal_entry_json(it) },
				func(it *C.dtx_journal_entry) { C.dtx_journal_entry_free(it) })
		})
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
