package dingtalk.extcontact;

/**
 * Ends any number of calls at once: those that are {@link CallOptions#cancelledBy(Cancellation) cancelled by}
 * it, under way or yet to begin. All methods may be called from any thread.
 */
public final class Cancellation {
    final CallHandle call = CallHandle.create();

    /** One that is not cancelled yet. */
    public Cancellation() {}

    /**
     * Ends its calls within 100 ms. From now on none of them sends anything, not even one that gets the place
     * of another. Their errors say whether the contact may be gone. Again it does nothing.
     */
    public void cancel() {
        call.cancel();
    }
}
