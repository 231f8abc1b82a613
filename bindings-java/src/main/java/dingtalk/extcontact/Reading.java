package dingtalk.extcontact;

import java.util.function.Function;

/** What an object of the library reads, one after another. */
final class Reading<T> extends CloseableIterator<T> {
    private final Handle from;
    private final Function<Handle, T> read;
    private boolean closed;

    Reading(Handle from, Function<Handle, T> read) {
        this.from = from;
        this.read = read;
    }

    @Override
    synchronized T take() {
        return closed ? null : read.apply(from);
    }

    /** Waits where a thread reads just now: what that uses must not be freed. */
    @Override
    public synchronized void close() {
        closed = true;
        super.close();
        from.free();
    }
}
