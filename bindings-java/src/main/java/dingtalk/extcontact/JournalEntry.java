// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.time.Instant;

/** What journals say of one id. It never changes. */
public final class JournalEntry {
    private final String userId;
    private final JournalState state;
    private final Instant time;
    private final long run;
    private final Integer attempts;
    private final String requestId;
    private final Kind kind;
    private final String code;
    private final String meaning;
    private final String journal;
    private final String endpoint;
    private final String appKey;
    private final String json;

    private JournalEntry(Pointer from) {
        userId = Dtx.dtx_journal_entry_user_id(from);
        state = JournalState.of(Dtx.dtx_journal_entry_state(from));
        time = Instant.parse(Dtx.dtx_journal_entry_time(from));
        run = Dtx.dtx_journal_entry_run(from);
        attempts = Natives.known(new IntByReference(), place -> Dtx.dtx_journal_entry_attempts(from, place), IntByReference::getValue);
        requestId = Dtx.dtx_journal_entry_request_id(from);
        kind = Kind.of(Dtx.dtx_journal_entry_kind(from));
        code = Dtx.dtx_journal_entry_code(from);
        meaning = Dtx.dtx_journal_entry_meaning(from);
        journal = Dtx.dtx_journal_entry_journal(from);
        endpoint = Dtx.dtx_journal_entry_endpoint(from);
        appKey = Dtx.dtx_journal_entry_app_key(from);
        json = Dtx.dtx_journal_entry_json(from);
    }

    /** Copies all of it; null for null. */
    static JournalEntry of(Pointer from) {
        return from == null ? null : new JournalEntry(from);
    }

    /** The same, and frees it. */
    static JournalEntry take(Pointer from) {
        try {
            return of(from);
        } finally {
            Dtx.dtx_journal_entry_free(from);
        }
    }

    /** The contact, as it was given. */
    public String userId() {
        return userId;
    }

    /** What became of it. */
    public JournalState state() {
        return state;
    }

    /** When that was known; of a call that was cut off, when it was announced. */
    public Instant time() {
        return time;
    }

    /** Which of the batches that wrote the journal says so, from 1. */
    public long run() {
        return run;
    }

    /**
     * How many delete requests were written to a connection, or null where that is not known, as the call
     * was cut off.
     */
    public Integer attempts() {
        return attempts;
    }

    /** The id under which DingTalk's support finds the call, or null. */
    public String requestId() {
        return requestId;
    }

    /** Of a failure its kind, or null where there is none. */
    public Kind kind() {
        return kind;
    }

    /** Of a failure, the service's code that decides, or null. */
    public String code() {
        return code;
    }

    /** What happened, as a phrase of one line; of a code, what it means. */
    public String meaning() {
        return meaning;
    }

    /** The file that says so. */
    public String journal() {
        return journal;
    }

    /** Where the requests went. */
    public String endpoint() {
        return endpoint;
    }

    /** The app, where the client had an app's credentials, or null. */
    public String appKey() {
        return appKey;
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
