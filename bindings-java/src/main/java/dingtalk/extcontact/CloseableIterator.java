package dingtalk.extcontact;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * An iterator that is closed when no more is wanted of it, as in try with resources. One thread iterates.
 *
 * @param <T> what it hands out
 */
public abstract class CloseableIterator<T> implements Iterator<T>, AutoCloseable {
    private T next;
    boolean ended;

    CloseableIterator() {}

    /** What an object of the library reads, one after another. */
    static <T> CloseableIterator<T> of(Handle from, Supplier<T> next) {
        return new CloseableIterator<T>() {
            private boolean closed;

            @Override
            synchronized T take() {
                return closed ? null : next.get();
            }

            /** Waits where a thread reads just now: what that uses must not be freed. */
            @Override
            public synchronized void close() {
                closed = true;
                super.close();
                from.free();
            }
        };
    }

    /** The next one, or null at the end. */
    abstract T take();

    /** Waits until it is known. What it throws does not end the iterator. */
    @Override
    public final boolean hasNext() {
        if (next == null && !ended) {
            next = take();
            ended = next == null;
        }
        return next != null;
    }

    /** Waits for it. */
    @Override
    public final T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("there are no more");
        }
        T taken = next;
        next = null;
        return taken;
    }

    /** Ends it. Again it does nothing. */
    @Override
    public void close() {
        ended = true;
        next = null;
    }
}
