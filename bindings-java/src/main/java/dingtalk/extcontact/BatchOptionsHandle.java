// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;

/** A dtx_batch_options of the library; what each method does stands in its header. */
final class BatchOptionsHandle extends Handle {
    BatchOptionsHandle(Pointer pointer) {
        super(pointer, Dtx::dtx_batch_options_free);
    }

    static BatchOptionsHandle create() {
        Loader.check();
        BatchOptionsHandle made = new BatchOptionsHandle(Dtx.dtx_batch_options_new());
        return made;
    }

    void set(String name, String text) {
        Dtx.dtx_batch_options_set(pointer, Natives.text("name", name), Natives.text("text", text));
        keep();
    }
}
