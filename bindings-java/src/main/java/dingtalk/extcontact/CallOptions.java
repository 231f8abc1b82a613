// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import java.time.Duration;

/** Options of one call, instead of its client's. */
public final class CallOptions extends CancellableOptions {
    /** The defaults. */
    public CallOptions() {}

    /**
     * Sets how long this call may take, from a millisecond to a day, instead of the client's timeout.
     *
     * @param timeout a time
     * @return these options
     */
    public CallOptions timeout(Duration timeout) {
        return set("timeout", "timeout", timeout);
    }

    /**
     * Sets whether "no such contact" ends this call as absent, instead of the client's missingOk.
     *
     * @param missingOk whether it does
     * @return these options
     */
    public CallOptions missingOk(boolean missingOk) {
        return set("missing_ok", "missingOk", missingOk);
    }
}
