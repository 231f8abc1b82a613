// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import java.nio.file.Path;

/** Options of many deletions. */
public final class BatchOptions extends Options<BatchOptions> {
    /** The defaults. */
    public BatchOptions() {}

    /**
     * Sets how many calls run side by side, at most; 1 to 64. 8 unless set.
     *
     * @param concurrency a number
     * @return these options
     */
    public BatchOptions concurrency(int concurrency) {
        return set("concurrency", "concurrency", concurrency);
    }

    /**
     * Sets a file that records the batch: what is about to be deleted before each call, and what came of it.
     * A batch with the same file takes up what an earlier one left undone, and calls nothing again that it
     * settled. No file unless set.
     *
     * @param journal its place
     * @return these options
     */
    public BatchOptions journal(Path journal) {
        return set("journal", "journal", journal);
    }

    /**
     * Sets a file that keeps the full record of each contact, on disk before its deletion: the only way back
     * there is. A contact whose record cannot be had is not deleted. All of it is personal data; the app
     * needs the permission point qyapi_ext_read. No file unless set.
     *
     * @param backup its place
     * @return these options
     */
    public BatchOptions backup(Path backup) {
        return set("backup", "backup", backup);
    }

    /**
     * Sets whether "no such contact" ends an id as absent, instead of the client's missingOk.
     *
     * @param missingOk whether it does
     * @return these options
     */
    public BatchOptions missingOk(boolean missingOk) {
        return set("missing_ok", "missingOk", missingOk);
    }

    /**
     * Sets whether the batch stops when 20 of the last 40 ids that were answered were "no such contact", as
     * in a damaged list, or one of people who are long gone; true unless set. With missingOk such ids are no
     * errors and do not count.
     *
     * @param stopOnMissing whether it does
     * @return these options
     */
    public BatchOptions stopOnMissing(boolean stopOnMissing) {
        return set("stop_on_missing", "stopOnMissing", stopOnMissing);
    }
}
