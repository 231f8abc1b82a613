package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.time.Instant;

/** What came of one id of a batch: it has a deletion, or an error, or was not attempted. */
public final class Item {
    private final String userId;
    private final Deletion deletion;
    private final DingTalkException error;
    private final boolean notAttempted;
    private final Instant time;
    private final boolean settledBefore;
    private final String json;

    /** Copies all; the item is still to be freed. */
    Item(Pointer item) {
        Pointer gone = Dtx.dtx_item_deletion(item);
        Pointer failed = Dtx.dtx_item_error(item);
        userId = Dtx.dtx_item_user_id(item);
        deletion = gone == null ? null : new Deletion(gone);
        error = failed == null ? null : new DingTalkException(failed);
        notAttempted = Dtx.dtx_item_not_attempted(item) != 0;
        time = Instant.parse(Dtx.dtx_item_time(item));
        settledBefore = Dtx.dtx_item_settled_before(item) != 0;
        json = Dtx.dtx_item_json(item);
    }

    /** The contact, as it was given. */
    public String userId() {
        return userId;
    }

    /** The good end, or null. */
    public Deletion deletion() {
        return deletion;
    }

    /** The error that it ended in, or null. It is not thrown. */
    public DingTalkException error() {
        return error;
    }

    /** Whether it was not called, as the batch had stopped. */
    public boolean notAttempted() {
        return notAttempted;
    }

    /** When it was known what came of it; for what an earlier run settled, the time in its journal. */
    public Instant time() {
        return time;
    }

    /** Whether an earlier run with the same journal settled it: it was not called now. */
    public boolean settledBefore() {
        return settledBefore;
    }

    /** All of it as one JSON object, the same in every language. */
    public String toJson() {
        return json;
    }

    /** The same as {@link #toJson()}. */
    @Override
    public String toString() {
        return json;
    }
}
