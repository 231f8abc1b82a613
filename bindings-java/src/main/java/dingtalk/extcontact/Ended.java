package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

    /** What a callback does, once: completes what has this context. */
    @SuppressWarnings("unchecked")
    static <T> void tell(Pointer context, Pointer error, Supplier<T> outcome) {
        Ended<T> ended = (Ended<T>) AWAITED.remove(Pointer.nativeValue(context));
        try {
            Natives.check(error);
            ended.complete(outcome.get());
        } catch (Throwable failed) { // the library's error; or such as no memory: nobody must wait for ever
            ended.completeExceptionally(failed);
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
        try {
            try {
                return get();
            } catch (InterruptedException told) {
                cancel.run();
                Thread.currentThread().interrupt(); // it was cleared; join waits all the same
                return join();
            }
        } catch (ExecutionException | CompletionException failed) {
            if (failed.getCause() instanceof DingTalkException) {
                // With the trace of the thread that called: the one that it was made on says nothing.
                throw (DingTalkException) failed.getCause().fillInStackTrace();
            }
            throw new IllegalStateException("the outcome could not be read", failed.getCause());
        }
    }
}
