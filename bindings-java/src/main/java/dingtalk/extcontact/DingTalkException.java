// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.time.Duration;

/**
 * Why a contact was not deleted, or a client not made. Branch on the kind, record the rest; a field that is
 * not known is null. No text holds a token, an app secret or a proxy's password. It never changes.
 */
public final class DingTalkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @serial */
    private final Kind kind;
    /** @serial */
    private final String advice;
    /** @serial */
    private final String code;
    /** @serial */
    private final Long errcode;
    /** @serial */
    private final String errmsg;
    /** @serial */
    private final String subCode;
    /** @serial */
    private final String subMsg;
    /** @serial */
    private final String requestId;
    /** @serial */
    private final Integer httpStatus;
    /** @serial */
    private final Duration retryAfter;
    /** @serial */
    private final int attempts;
    /** @serial */
    private final boolean retryable;
    /** @serial */
    private final boolean maybeDeleted;
    /** @serial */
    private final String userId;
    /** @serial */
    private final String json;

    private DingTalkException(Pointer from) {
        super(Dtx.dtx_error_message(from));
        kind = Kind.of(Dtx.dtx_error_kind(from));
        advice = Dtx.dtx_error_advice(from);
        code = Dtx.dtx_error_code(from);
        errcode = Natives.known(new LongByReference(), place -> Dtx.dtx_error_errcode(from, place), LongByReference::getValue);
        errmsg = Dtx.dtx_error_errmsg(from);
        subCode = Dtx.dtx_error_sub_code(from);
        subMsg = Dtx.dtx_error_sub_msg(from);
        requestId = Dtx.dtx_error_request_id(from);
        httpStatus = Natives.known(new IntByReference(), place -> Dtx.dtx_error_http_status(from, place), IntByReference::getValue);
        retryAfter = Natives.known(new LongByReference(), place -> Dtx.dtx_error_retry_after_ms(from, place), place -> Duration.ofMillis(place.getValue()));
        attempts = Dtx.dtx_error_attempts(from);
        retryable = Dtx.dtx_error_retryable(from) != 0;
        maybeDeleted = Dtx.dtx_error_maybe_deleted(from) != 0;
        userId = Dtx.dtx_error_user_id(from);
        json = Dtx.dtx_error_json(from);
    }

    /** Copies all of it; null for null. */
    static DingTalkException of(Pointer from) {
        return from == null ? null : new DingTalkException(from);
    }

    /** The same, and frees it. */
    static DingTalkException take(Pointer from) {
        try {
            return of(from);
        } finally {
            Dtx.dtx_error_free(from);
        }
    }

    /** The kind. */
    public Kind kind() {
        return kind;
    }

    /** What to do now, for people. */
    public String advice() {
        return advice;
    }

    /** The code that decides, such as "33012" or "isp.-1", or null. */
    public String code() {
        return code;
    }

    /** The errcode as the service sent it, or null where it is not known. */
    public Long errcode() {
        return errcode;
    }

    /** The service's own words, or null. */
    public String errmsg() {
        return errmsg;
    }

    /** The sub_code as the service sent it, or null. */
    public String subCode() {
        return subCode;
    }

    /** The service's words on the sub_code, or null. */
    public String subMsg() {
        return subMsg;
    }

    /** The id under which DingTalk's support finds the call, or null. */
    public String requestId() {
        return requestId;
    }

    /** The HTTP status of the last reply, or null where there was none. */
    public Integer httpStatus() {
        return httpStatus;
    }

    /** How long to wait before the next call, or null where that is not known. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** How many delete requests were written to a connection. */
    public int attempts() {
        return attempts;
    }

    /** Whether the same call may pass later, unchanged. */
    public boolean retryable() {
        return retryable;
    }

    /** Whether the contact may be gone all the same: a request went out and no certain answer came back. */
    public boolean maybeDeleted() {
        return maybeDeleted;
    }

    /** The contact that the call was about, or null. */
    public String userId() {
        return userId;
    }

    /** All of it as one JSON object, the same in every language. */
    public String toJson() {
        return json;
    }
}
