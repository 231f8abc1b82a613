// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;

/** What came of a record that was to be restored. It never changes. */
public final class Restoration {
    private final String oldUserId;
    private final RestoreStatus status;
    private final String userId;
    private final String requestId;
    private final int attempts;
    private final String problem;
    private final String json;

    private Restoration(Pointer from) {
        oldUserId = Dtx.dtx_restoration_old_user_id(from);
        status = RestoreStatus.of(Dtx.dtx_restoration_status(from));
        userId = Dtx.dtx_restoration_user_id(from);
        requestId = Dtx.dtx_restoration_request_id(from);
        attempts = Dtx.dtx_restoration_attempts(from);
        problem = Dtx.dtx_restoration_problem(from);
        json = Dtx.dtx_restoration_json(from);
    }

    /** Copies all of it; null for null. */
    static Restoration of(Pointer from) {
        return from == null ? null : new Restoration(from);
    }

    /** The same, and frees it. */
    static Restoration take(Pointer from) {
        try {
            return of(from);
        } finally {
            Dtx.dtx_restoration_free(from);
        }
    }

    /** The id that the record has. */
    public String oldUserId() {
        return oldUserId;
    }

    /** What came of it. */
    public RestoreStatus status() {
        return status;
    }

    /**
     * The id of the contact now: a new one where it was created, the old one where it is still there; null
     * where it is not known.
     */
    public String userId() {
        return userId;
    }

    /** The id under which DingTalk's support finds the call, or null. */
    public String requestId() {
        return requestId;
    }

    /** How many requests to create it were written to a connection. */
    public int attempts() {
        return attempts;
    }

    /** Why something is not known, in one line for people, or null. */
    public String problem() {
        return problem;
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
