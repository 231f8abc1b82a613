// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** A dtx_journal of the library; what each method does stands in its header. */
final class JournalHandle extends Handle {
    JournalHandle(Pointer pointer) {
        super(pointer, Dtx::dtx_journal_free);
    }

    static JournalHandle read(Pointer paths, long count) {
        Loader.check();
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_journal_read(paths, count, made, error);
        Natives.check(error.getValue());
        return new JournalHandle(made.getValue());
    }

    JournalEntry next() {
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_journal_next(pointer, made, error);
        keep();
        Natives.check(error.getValue());
        return JournalEntry.take(made.getValue());
    }
}
