package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the library tells a callback, as a future. It is completed on a thread of the library, which
 * others may need to go on: nothing that may take long or wait may hang on it directly.
 */
final class Ended<T> extends CompletableFuture<T> {
    static final Dtx.dtx_done_fn DONE = (deletion, error, context) -> Ended.<Deletion>of(context).tell(() -> {
        if (error != null) {
            throw DingTalkException.take(error);
        }
        return Deletion.take(deletion);
    });
    static final Dtx.dtx_item_fn ITEM = (item, context) -> Ended.<Item>of(context).tell(() -> Item.take(item));
    /** Who waits, by the number that the library has as its context: it knows no Java object. */
    private static final Map<Long, Ended<?>> AWAITED = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    /**
     * Runs what hangs on futures. Java's common pool is none where it has one processor or two: a thread
     * would be started for each future then.
     */
    private static final ForkJoinPool POOL = new ForkJoinPool(
            Math.max(4, Runtime.getRuntime().availableProcessors()),
            ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true);

    static {
        Natives.attach(DONE);
        Natives.attach(ITEM);
    }

    /** What is begun by a call that is given the context for the callback. */
    static <T> Ended<T> begun(Consumer<Pointer> submit) {
        Ended<T> ended = new Ended<>();
        Pointer context = new Pointer(LAST.incrementAndGet());
        AWAITED.put(Pointer.nativeValue(context), ended);
        try {
            submit.accept(context);
        } catch (RuntimeException refused) {
            AWAITED.remove(Pointer.nativeValue(context)); // nothing will be told
            throw refused;
        }
        return ended;
    }

    @SuppressWarnings("unchecked")
    private static <T> Ended<T> of(Pointer context) {
        return (Ended<T>) AWAITED.remove(Pointer.nativeValue(context));
    }

    private void tell(Supplier<T> outcome) {
        try {
            complete(outcome.get());
        } catch (Throwable failed) { // the library's error; or such as no memory: nobody must wait for ever
            completeExceptionally(failed);
        }
    }

    /** Completes another like this one, on threads of its own: what hangs on that may do as it likes. */
    CompletableFuture<T> into(CompletableFuture<T> other) {
        whenCompleteAsync((value, error) -> {
            if (error == null) {
                other.complete(value);
            } else {
                other.completeExceptionally(error);
            }
        }, POOL);
        return other;
    }

    /**
     * Waits for it, whatever the thread is told meanwhile; a virtual thread gives its carrier free.
     *
     * @param cancel what to do when the thread is interrupted, which it still is afterwards
     */
    T await(Runnable cancel) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return get();
                } catch (InterruptedException told) {
                    interrupted = true;
                    cancel.run();
                } catch (ExecutionException ended) {
                    throw thrown(ended.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** With the trace of the thread that called: the one that it was made on says nothing. */
    private static RuntimeException thrown(Throwable cause) {
        if (cause instanceof DingTalkException) {
            return (DingTalkException) cause.fillInStackTrace();
        }
        throw new IllegalStateException("the outcome could not be read", cause);
    }
}
