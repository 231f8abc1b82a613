package dingtalk.extcontact;

import java.util.Objects;

/** What the options of a call have beside those of the header: what ends it. */
abstract class CancellableOptions extends Options<CallOptions> {
    /** Asked every 50 ms by a call that waits on this thread. */
    private static final Dtx.dtx_probe_fn INTERRUPTED = context -> Thread.currentThread().isInterrupted() ? 1 : 0;
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
    CallHandle call() {
        CallHandle call = cancellation == null ? CallHandle.create() : cancellation.call.child();
        give(call::set);
        return call;
    }

    /** The same for one that waits on the thread which makes it: its interrupt ends it. */
    CallHandle waiting() {
        CallHandle call = call();
        call.setProbe(INTERRUPTED, null);
        return call;
    }
}
