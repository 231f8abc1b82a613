// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.time.Duration;

/** A dtx_batch of the library; what each method does stands in its header. */
final class BatchHandle extends Handle {
    private static final Dtx.dtx_item_fn SUBMIT_NEXT_DONE =
            Natives.attached((item, context) -> Ended.tell(context, null, () -> Item.take(item)));

    BatchHandle(Pointer pointer) {
        super(pointer, Dtx::dtx_batch_free);
    }

    static BatchHandle create(ClientHandle client, BatchOptionsHandle options) {
        Loader.check();
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_batch_new(client.pointer, options.pointer, made, error);
        client.keep();
        options.keep();
        Natives.check(error.getValue());
        return new BatchHandle(made.getValue());
    }

    void push(String userId) {
        PointerByReference error = new PointerByReference();
        Dtx.dtx_batch_push(pointer, Natives.text("userId", userId), error);
        keep();
        Natives.check(error.getValue());
    }

    void finish() {
        Dtx.dtx_batch_finish(pointer);
        keep();
    }

    void stop() {
        Dtx.dtx_batch_stop(pointer);
        keep();
    }

    void cancel() {
        Dtx.dtx_batch_cancel(pointer);
        keep();
    }

    void submitNext(Dtx.dtx_item_fn done, Pointer context) {
        PointerByReference error = new PointerByReference();
        Dtx.dtx_batch_submit_next(pointer, done, context, error);
        keep();
        Natives.check(error.getValue());
    }

    Ended<Item> submitNext() {
        return Ended.begun(context -> submitNext(SUBMIT_NEXT_DONE, context));
    }

    Summary summary() {
        Summary answer = Summary.of(pointer);
        keep();
        return answer;
    }

    boolean wants() {
        boolean answer = Dtx.dtx_batch_wants(pointer) != 0;
        keep();
        return answer;
    }

    Duration paused() {
        Duration answer = Natives.known(new LongByReference(), place -> Dtx.dtx_batch_paused(pointer, place), place -> Duration.ofMillis(place.getValue()));
        keep();
        return answer;
    }
}
