package dingtalk.extcontact;

import java.time.Duration;

/** Options of one call, instead of those of its client. */
public final class CallOptions extends Options<CallOptions> {
    /** Those of the client. */
    public CallOptions() {}

    /**
     * How long this call may take.
     *
     * @param timeout to the millisecond
     * @return these options
     */
    public CallOptions timeout(Duration timeout) {
        return set("timeout", timeout);
    }

    /**
     * Whether "no such contact" ends this call as absent. It hides ids that are damaged.
     *
     * @param missingOk whether it does
     * @return these options
     */
    public CallOptions missingOk(boolean missingOk) {
        return set("missing_ok", Boolean.toString(missingOk));
    }
}
