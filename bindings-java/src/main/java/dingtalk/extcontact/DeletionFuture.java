package dingtalk.extcontact;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * A deletion that no thread waits for. It completes with a {@link Deletion} or a
 * {@link DingTalkException}. What hangs on it runs on a small pool of the package, so it may wait for
 * calls, and may call whatever it likes.
 */
public final class DeletionFuture extends CompletableFuture<Deletion> {
    private final CallHandle call;
    private final Ended<Deletion> ended;

    /** Begins the call. */
    DeletionFuture(ClientHandle client, String userId, CallOptions options) {
        call = Objects.requireNonNull(options, "options").call();
        ended = client.submit(userId, call);
        ended.into(this);
    }

    /**
     * Cancels the future at once, and the call within 100 ms. {@link #outcome()} says what came of it.
     *
     * @param mayInterrupt has no meaning here, as for every CompletableFuture
     */
    @Override
    public boolean cancel(boolean mayInterrupt) {
        if (super.cancel(mayInterrupt)) {
            call.cancel();
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
