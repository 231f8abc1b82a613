package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.ToLongFunction;

/**
 * What came of many deletions, in the order in which they end. An error is an item's and is not
 * thrown. One thread iterates; {@link #stop()}, {@link #cancel()} and the numbers are for any.
 *
 * <p>An interrupt of the thread that iterates does what {@link #cancel()} does: the calls under way
 * still come out as items that say whether the contact may be gone, and then the iterator ends.
 *
 * <p>An exception of the iterator of ids, or an id with a NUL or a lone surrogate, stops the batch;
 * it is thrown after the items of the calls under way.
 */
public final class DeleteMany implements Iterator<Item>, AutoCloseable {
    private final Natives.Handle batch;
    /** Null once no more ids are to be taken. */
    private Iterator<String> ids;
    private RuntimeException trouble;
    private Item next;
    private boolean ended;

    DeleteMany(Pointer batch, Iterator<String> ids) {
        this.batch = new Natives.Handle(batch, Dtx::dtx_batch_free);
        this.ids = ids;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            push();
            next = take();
            ended = next == null;
        }
        if (next == null && trouble != null) {
            RuntimeException thrown = trouble;
            trouble = null;
            throw thrown;
        }
        return next != null;
    }

    @Override
    public Item next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the batch has ended");
        }
        Item item = next;
        next = null;
        return item;
    }

    /** Hands over as many ids as the batch wants. */
    private void push() {
        try {
            while (ids != null && batch.use(Dtx::dtx_batch_wants) != 0) {
                if (ids.hasNext()) {
                    byte[] id = Natives.text(ids.next());
                    batch.run(to -> Client.made((none, error) -> Dtx.dtx_batch_push(to, id, error)));
                } else {
                    finish();
                }
            }
        } catch (RuntimeException thrown) {
            trouble = thrown;
            stop();
            finish();
        }
    }

    private void finish() {
        ids = null;
        batch.run(Dtx::dtx_batch_finish);
    }

    private Item take() {
        Ended<Item> item = new Ended<>();
        try {
            batch.run(of -> Client.made((none, error) ->
                    Dtx.dtx_batch_submit_next(of, Ended.ITEM, item.context(), error)));
        } catch (RuntimeException refused) {
            item.forget();
            throw refused;
        }
        return item.await(() -> {
            cancel();
            finish();
        });
    }

    /** Starts no more calls; those under way finish. What was not called comes out as not attempted. */
    public void stop() {
        batch.run(Dtx::dtx_batch_stop);
    }

    /** Stops, and ends the calls under way within 100 ms. */
    public void cancel() {
        batch.run(Dtx::dtx_batch_cancel);
    }

    /**
     * Stops, and waits for the calls under way, whose items are dropped: the journal and the numbers
     * have them. Where nothing is left it does nothing.
     */
    @Override
    public void close() {
        if (!ended) {
            stop();
            finish();
            while (take() != null) {
                continue;
            }
            ended = true;
        }
        next = null;
        trouble = null;
    }

    private long number(ToLongFunction<Pointer> of) {
        return batch.use(of::applyAsLong);
    }

    /**
     * How many were deleted up to now, by this batch or, as the journal says, by an earlier one.
     *
     * @return ids
     */
    public long deleted() {
        return number(Dtx::dtx_batch_deleted);
    }

    /**
     * How many were no contact, where that is fine.
     *
     * @return ids
     */
    public long absent() {
        return number(Dtx::dtx_batch_absent);
    }

    /**
     * How many ended in an error and may be gone all the same. They are not among the failed.
     *
     * @return ids
     */
    public long maybeDeleted() {
        return number(Dtx::dtx_batch_maybe_deleted);
    }

    /**
     * How many ended in an error and are not gone by a call of this batch.
     *
     * @return ids
     */
    public long failed() {
        return number(Dtx::dtx_batch_failed);
    }

    /**
     * How many came out uncalled, as the batch had stopped.
     *
     * @return ids
     */
    public long notAttempted() {
        return number(Dtx::dtx_batch_not_attempted);
    }

    /**
     * How many of all these an earlier batch had settled.
     *
     * @return ids
     */
    public long settledBefore() {
        return number(Dtx::dtx_batch_settled_before);
    }

    /**
     * How many came again and were dropped.
     *
     * @return ids
     */
    public long repeated() {
        return number(Dtx::dtx_batch_repeated);
    }

    /**
     * How many delete requests this batch wrote.
     *
     * @return requests
     */
    public long calls() {
        return number(Dtx::dtx_batch_calls);
    }

    /**
     * Of how many the journal does not say what came of them, as it could not be written.
     *
     * @return ids
     */
    public long unrecorded() {
        return number(Dtx::dtx_batch_unrecorded);
    }

    /**
     * How long the batch begins no call from now on, as the service throttled it.
     *
     * @return null where it does not pause
     */
    public Duration paused() {
        LongByReference left = new LongByReference();
        return batch.use(of -> Dtx.dtx_batch_paused(of, left)) != 0 ? Duration.ofMillis(left.getValue()) : null;
    }

    /**
     * The whole batch as one JSON object, the same in every language.
     *
     * @return null until its last item is done
     */
    public String summaryJson() {
        return batch.use(Dtx::dtx_batch_summary_json);
    }
}
