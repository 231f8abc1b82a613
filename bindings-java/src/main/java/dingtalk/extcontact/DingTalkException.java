package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.time.Duration;

/**
 * Why a contact was not deleted, or a client not made. Branch on {@link #kind()}, record the rest;
 * what is not known is null. No text holds a token, an app secret or a proxy's password.
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

    /** Copies all; the error is still to be freed. */
    DingTalkException(Pointer error) {
        super(Dtx.dtx_error_message(error));
        LongByReference number = new LongByReference();
        IntByReference status = new IntByReference();
        kind = Kind.of(Dtx.dtx_error_kind(error));
        advice = Dtx.dtx_error_advice(error);
        code = Dtx.dtx_error_code(error);
        errcode = Dtx.dtx_error_errcode(error, number) != 0 ? number.getValue() : null;
        errmsg = Dtx.dtx_error_errmsg(error);
        subCode = Dtx.dtx_error_sub_code(error);
        subMsg = Dtx.dtx_error_sub_msg(error);
        requestId = Dtx.dtx_error_request_id(error);
        httpStatus = Dtx.dtx_error_http_status(error, status) != 0 ? status.getValue() : null;
        retryAfter = Dtx.dtx_error_retry_after_ms(error, number) != 0
                ? Duration.ofMillis(number.getValue()) : null;
        attempts = Dtx.dtx_error_attempts(error);
        retryable = Dtx.dtx_error_retryable(error) != 0;
        maybeDeleted = Dtx.dtx_error_maybe_deleted(error) != 0;
        userId = Dtx.dtx_error_user_id(error);
        json = Dtx.dtx_error_json(error);
    }

    /** The kind of the error, to branch on. */
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

    /** The errcode as the service sent it, or null. */
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

    /** How long to wait before the next call, or null. */
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

    /** Whether the contact may be gone all the same: a request went out and no certain answer came. */
    public boolean maybeDeleted() {
        return maybeDeleted;
    }

    /** The contact that the call was about, or null. */
    public String userId() {
        return userId;
    }

    /** All of it as one JSON object, the same in every language; times in seconds. */
    public String toJson() {
        return json;
    }
}
