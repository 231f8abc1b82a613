package dingtalk.extcontact;

import java.nio.file.Path;

/** Options of {@link Client#deleteMany(Iterable, BatchOptions)}. */
public final class BatchOptions extends Options<BatchOptions> {
    /** The defaults: 8 calls side by side, no journal, no backup. */
    public BatchOptions() {}

    /**
     * How many calls run side by side, at most.
     *
     * @param concurrency 1 to 64
     * @return these options
     */
    public BatchOptions concurrency(int concurrency) {
        return set("concurrency", Integer.toString(concurrency));
    }

    /**
     * A file that records the batch. Another run with the same file takes up what this one leaves
     * undone, and calls nothing again that is settled.
     *
     * @param journal made where there is none
     * @return these options
     */
    public BatchOptions journal(Path journal) {
        return set("journal", journal.toString());
    }

    /**
     * A file that keeps the full record of each contact, on disk before its deletion: the only way
     * back there is. It is personal data; the app needs the permission point qyapi_ext_read.
     *
     * @param backup made where there is none
     * @return these options
     */
    public BatchOptions backup(Path backup) {
        return set("backup", backup.toString());
    }

    /**
     * Whether "no such contact" ends an id as absent, instead of the client's own option.
     *
     * @param missingOk whether it does
     * @return these options
     */
    public BatchOptions missingOk(boolean missingOk) {
        return set("missing_ok", Boolean.toString(missingOk));
    }

    /**
     * Whether the batch stops where half of the last ids were no contact, as in a damaged list. It
     * does unless told otherwise.
     *
     * @param stopOnMissing whether it does
     * @return these options
     */
    public BatchOptions stopOnMissing(boolean stopOnMissing) {
        return set("stop_on_missing", Boolean.toString(stopOnMissing));
    }
}
