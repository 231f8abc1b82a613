package extcontact

/*
#include <dingtalk_extcontact.h>
*/
import "C"

import (
	"iter"
	"runtime"
	"unsafe"
)

// ReadJournal says what became of each id, by one journal or several, in the order of the files and their lines. An
// error is the last.
func ReadJournal(paths ...string) iter.Seq2[JournalEntry, error] {
	open := func() (*C.dtx_journal, error) { return openJournal(paths) }
	return each(open, journalNext, func(journal *C.dtx_journal) { C.dtx_journal_free(journal) })
}

func openJournal(paths []string) (*C.dtx_journal, error) {
	if errVersion != nil {
		return nil, errVersion
	}
	// C may be given pointers to Go's memory in Go's memory where they are pinned.
	var pinner runtime.Pinner
	defer pinner.Unpin()
	list := make([]*C.char, len(paths))
	for i, path := range paths {
		text, err := cString("journal", path)
		if err != nil {
			return nil, err
		}
		pinner.Pin(text)
		list[i] = text
	}
	var journal *C.dtx_journal
	var failed *C.dtx_error
	C.dtx_journal_read(unsafe.SliceData(list), C.uint64_t(len(list)), &journal, &failed)
	return journal, asError(failed)
}
