// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;

/**
 * The numbers of many deletions, as they were when it was asked for. Each id is one of deleted, absent,
 * maybeDeleted, failed and notAttempted.
 */
public final class Summary {
    private final long deleted;
    private final long absent;
    private final long maybeDeleted;
    private final long failed;
    private final long notAttempted;
    private final long settledBefore;
    private final long repeated;
    private final long calls;
    private final long unrecorded;
    private final String summaryJson;

    private Summary(Pointer from) {
        deleted = Dtx.dtx_batch_deleted(from);
        absent = Dtx.dtx_batch_absent(from);
        maybeDeleted = Dtx.dtx_batch_maybe_deleted(from);
        failed = Dtx.dtx_batch_failed(from);
        notAttempted = Dtx.dtx_batch_not_attempted(from);
        settledBefore = Dtx.dtx_batch_settled_before(from);
        repeated = Dtx.dtx_batch_repeated(from);
        calls = Dtx.dtx_batch_calls(from);
        unrecorded = Dtx.dtx_batch_unrecorded(from);
        summaryJson = Dtx.dtx_batch_summary_json(from);
    }

    /** Copies all of it; null for null. */
    static Summary of(Pointer from) {
        return from == null ? null : new Summary(from);
    }

    /**
     * How many ids were deleted up to now, by this batch or, where the journal says so, by an earlier one.
     */
    public long deleted() {
        return deleted;
    }

    /** How many ids were no contact up to now, where that is fine. */
    public long absent() {
        return absent;
    }

    /**
     * How many ids ended in an error up to now and may be gone all the same: a request went out, and no
     * certain answer came. They are not among the failed.
     */
    public long maybeDeleted() {
        return maybeDeleted;
    }

    /** How many ids ended in an error up to now and are not gone by a call of this batch. */
    public long failed() {
        return failed;
    }

    /** How many ids came out uncalled up to now, as the batch had stopped. */
    public long notAttempted() {
        return notAttempted;
    }

    /** How many of all these an earlier batch had settled, so that they were not called again. */
    public long settledBefore() {
        return settledBefore;
    }

    /** How many ids were given again and dropped up to now. */
    public long repeated() {
        return repeated;
    }

    /** How many delete requests this batch wrote up to now. */
    public long calls() {
        return calls;
    }

    /**
     * Of how many ids the journal does not say what came of them, as it could not be written; the next batch
     * on it takes them for uncertain.
     */
    public long unrecorded() {
        return unrecorded;
    }

    /**
     * The summary of the whole batch as one JSON object, the same in every language: the numbers, start and
     * end (RFC 3339), endpoint, app_key and why it stopped. It is null until its last item is done.
     */
    public String toJson() {
        return summaryJson;
    }
}
