package dingtalk.extcontact;

import com.sun.jna.Pointer;

/**
 * Ends any number of calls at once: those that are {@link CallOptions#cancelledBy(Cancellation) cancelled by}
 * it, under way or yet to begin. All methods may be called from any thread.
 */
public final class Cancellation {
    private final Handle call;

    /** One that is not cancelled yet. */
    public Cancellation() {
        Loader.check();
        call = new Handle(Dtx.dtx_call_new(), Dtx::dtx_call_free);
    }

    /**
     * Ends its calls within 100 ms. From now on none of them sends anything, not even one that gets the place
     * of another. Their errors say whether the contact may be gone. Again it does nothing.
     */
    public void cancel() {
        call.run(Dtx::dtx_call_cancel);
    }

    /** The means of one of its calls. */
    Pointer child() {
        return call.use(Dtx::dtx_call_child);
    }
}
