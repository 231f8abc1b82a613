package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/** One call: its options, and the means to end it. */
final class Call {
    /** Asked every 50 ms by a call that waits on this thread. */
    private static final Dtx.dtx_probe_fn INTERRUPTED = context -> Thread.currentThread().isInterrupted() ? 1 : 0;

    private final Handle call;

    Call(CallOptions options) {
        call = Objects.requireNonNull(options, "options").call();
    }

    void cancel() {
        call.run(Dtx::dtx_call_cancel);
    }

    /** Begins it; what it ends with is told. */
    void submit(Handle client, byte[] userId, Ended<Deletion> told) {
        call.run(own -> client.run(of -> Dtx.dtx_client_submit(of, userId, own, Ended.DONE, told.context())));
    }

    /** A function of the library that waits on the thread which calls it. */
    interface Waiting {
        int make(Pointer of, Pointer call, PointerByReference made, PointerByReference error);
    }

    /** Waits for it; an interrupt of the thread ends it. Null where nothing was made, as at an end. */
    static <T> T waited(Handle of, CallOptions options, Waiting waiting,
            Function<Pointer, T> copy, Consumer<Pointer> free) {
        Handle call = new Call(options).call;
        return Natives.taken(call.use(own -> of.use(on -> {
            Dtx.dtx_call_set_probe(own, INTERRUPTED, null);
            return Natives.made((made, error) -> waiting.make(on, own, made, error));
        })), copy, free);
    }
}
