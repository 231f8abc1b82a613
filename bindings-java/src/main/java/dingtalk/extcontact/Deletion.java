// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;

/** The good end of a call: the contact is gone. It never changes. */
public final class Deletion {
    private final Status status;
    private final String userId;
    private final String requestId;
    private final int attempts;
    private final boolean maybeDeleted;
    private final String json;

    private Deletion(Pointer from) {
        status = Status.of(Dtx.dtx_deletion_status(from));
        userId = Dtx.dtx_deletion_user_id(from);
        requestId = Dtx.dtx_deletion_request_id(from);
        attempts = Dtx.dtx_deletion_attempts(from);
        maybeDeleted = Dtx.dtx_deletion_maybe_deleted(from) != 0;
        json = Dtx.dtx_deletion_json(from);
    }

    /** Copies all of it; null for null. */
    static Deletion of(Pointer from) {
        return from == null ? null : new Deletion(from);
    }

    /** The same, and frees it. */
    static Deletion take(Pointer from) {
        try {
            return of(from);
        } finally {
            Dtx.dtx_deletion_free(from);
        }
    }

    /** How it came to be gone. */
    public Status status() {
        return status;
    }

    /** The contact, as it was given. */
    public String userId() {
        return userId;
    }

    /** The id under which DingTalk's support finds the call, or null. */
    public String requestId() {
        return requestId;
    }

    /** How many delete requests were written to a connection. */
    public int attempts() {
        return attempts;
    }

    /**
     * Whether the contact is absent and this call may have deleted it, in an earlier request whose reply was
     * lost.
     */
    public boolean maybeDeleted() {
        return maybeDeleted;
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
