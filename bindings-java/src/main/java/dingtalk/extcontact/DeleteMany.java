package dingtalk.extcontact;

import java.time.Duration;
import java.util.Iterator;

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
public final class DeleteMany extends CloseableIterator<Item> {
    private final BatchHandle batch;
    /** Null once no more ids are to be taken. */
    private Iterator<String> ids;
    private Throwable trouble;

    DeleteMany(BatchHandle batch, Iterator<String> ids) {
        this.batch = batch;
        this.ids = ids;
    }

    @Override
    Item take() {
        if (Thread.currentThread().isInterrupted()) {
            end(); // also where an item is ready, and nothing waits
        }
        push();
        Item item = await();
        if (item == null && trouble != null) {
            Throwable thrown = trouble;
            trouble = null;
            DeleteMany.<RuntimeException>throwAsItIs(thrown);
        }
        return item;
    }

    /** Also what Java would have declared: ids may come from a language without checked exceptions. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwAsItIs(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** Hands over as many ids as the batch wants. */
    private void push() {
        try {
            while (ids != null && batch.wants()) {
                if (ids.hasNext()) {
                    batch.push(ids.next());
                } else {
                    finish();
                }
            }
        } catch (Throwable thrown) {
            trouble = thrown;
            stop();
            finish();
        }
    }

    private void finish() {
        ids = null;
        batch.finish();
    }

    private Item await() {
        return batch.submitNext().await(this::end);
    }

    /** What an interrupt does. */
    private void end() {
        cancel();
        finish();
    }

    /** Starts no more calls; those under way finish. What was not called comes out as not attempted. */
    public void stop() {
        batch.stop();
    }

    /** Stops, and ends the calls under way within 100 ms. */
    public void cancel() {
        batch.cancel();
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
            while (await() != null) {
                continue;
            }
        }
        super.close();
    }

    /** The batch in numbers, up to now. */
    public Summary summary() {
        return batch.summary();
    }

    /** How long the batch begins no call from now on, as the service throttled it; null where it does not pause. */
    public Duration paused() {
        return batch.paused();
    }
}
