// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.time.Instant;

/**
 * What came of one id of a batch: it has a deletion, or an error, or it was not attempted. It never changes.
 */
public final class Item {
    private final String userId;
    private final Deletion deletion;
    private final DingTalkException error;
    private final boolean notAttempted;
    private final Instant time;
    private final boolean settledBefore;
    private final String json;

    private Item(Pointer from) {
        userId = Dtx.dtx_item_user_id(from);
        deletion = Deletion.of(Dtx.dtx_item_deletion(from));
        error = DingTalkException.of(Dtx.dtx_item_error(from));
        notAttempted = Dtx.dtx_item_not_attempted(from) != 0;
        time = Instant.parse(Dtx.dtx_item_time(from));
        settledBefore = Dtx.dtx_item_settled_before(from) != 0;
        json = Dtx.dtx_item_json(from);
    }

    /** Copies all of it; null for null. */
    static Item of(Pointer from) {
        return from == null ? null : new Item(from);
    }

    /** The same, and frees it. */
    static Item take(Pointer from) {
        try {
            return of(from);
        } finally {
            Dtx.dtx_item_free(from);
        }
    }

    /** The contact, as it was given. */
    public String userId() {
        return userId;
    }

    /** The deletion where the contact is gone, or null. */
    public Deletion deletion() {
        return deletion;
    }

    /** The error where the contact was not deleted, or nobody knows; or null. */
    public DingTalkException error() {
        return error;
    }

    /** Whether the contact was not called as the batch had stopped or was finished. */
    public boolean notAttempted() {
        return notAttempted;
    }

    /**
     * When it was known what came of the contact. For what an earlier batch settled it is the time in its
     * journal.
     */
    public Instant time() {
        return time;
    }

    /** Whether an earlier batch with the same journal settled it, so that it was not called now. */
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
