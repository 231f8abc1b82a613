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

    /** Copies all; the deletion is still to be freed. */
    Deletion(Pointer deletion) {
        status = Status.of(Dtx.dtx_deletion_status(deletion));
        userId = Dtx.dtx_deletion_user_id(deletion);
        requestId = Dtx.dtx_deletion_request_id(deletion);
        attempts = Dtx.dtx_deletion_attempts(deletion);
        maybeDeleted = Dtx.dtx_deletion_maybe_deleted(deletion) != 0;
        json = Dtx.dtx_deletion_json(deletion);
    }

    /** Whether it was deleted now, or was no contact. */
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

    /** Whether it is absent and this call may have deleted it, by an earlier request of its own. */
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
