package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.util.Objects;

/** What the options of a call have beside those of the header: what ends it. */
abstract class CancellableOptions extends Options<CallOptions> {
    private Cancellation cancellation;

    /**
     * Sets what ends the call, and all others that have the same.
     *
     * @param cancellation one that is not cancelled yet, or the call ends before it sends anything
     * @return these options
     */
    public CallOptions cancelledBy(Cancellation cancellation) {
        this.cancellation = Objects.requireNonNull(cancellation, "cancellation");
        return (CallOptions) this;
    }

    /** A call with these options, and the means to end it. */
    Handle call() {
        Pointer own = cancellation == null ? Dtx.dtx_call_new() : cancellation.child();
        give(own, Dtx::dtx_call_set);
        return new Handle(own, Dtx::dtx_call_free);
    }
}
