package dingtalk.extcontact;

import java.util.concurrent.CompletableFuture;

/**
 * A deletion that no thread waits for. It completes with a {@link Deletion} or a
 * {@link DingTalkException}. What hangs on it runs on the common pool, so it may wait, and may call
 * whatever it likes.
 */
public final class DeletionFuture extends CompletableFuture<Deletion> {
    private final Ended<Deletion> ended = new Ended<>();
    private final Natives.Handle call;

    /** Begins the call. */
    DeletionFuture(Natives.Handle client, byte[] userId, CallOptions options, boolean cancelled) {
        call = new Natives.Handle(Dtx.dtx_call_new(), Dtx::dtx_call_free);
        call.run(own -> {
            options.give(own, Dtx::dtx_call_set);
            if (cancelled) {
                Dtx.dtx_call_cancel(own);
            }
            client.run(of -> Dtx.dtx_client_submit(of, userId, own, Ended.DONE, ended.context()));
        });
    }

    DeletionFuture told() {
        ended.into(this);
        return this;
    }

    Deletion await() {
        return ended.await(this::cancelCall);
    }

    private void cancelCall() {
        call.run(Dtx::dtx_call_cancel);
    }

    /**
     * Cancels the future at once, and the call within 100 ms. {@link #outcome()} says what came of it.
     *
     * @param mayInterrupt has no meaning here, as for every CompletableFuture
     */
    @Override
    public boolean cancel(boolean mayInterrupt) {
        if (super.cancel(mayInterrupt)) {
            cancelCall();
        }
        return isCancelled();
    }

    /**
     * What came of the call, also where this future was cancelled: a deletion, or an error whose
     * {@link DingTalkException#maybeDeleted()} says whether the contact may be gone.
     *
     * @return a future of its own; to cancel it changes nothing
     */
    public CompletableFuture<Deletion> outcome() {
        return ended.into(new CompletableFuture<>());
    }
}
