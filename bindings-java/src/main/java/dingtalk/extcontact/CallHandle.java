// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;

/** A dtx_call of the library; what each method does stands in its header. */
final class CallHandle extends Handle {
    CallHandle(Pointer pointer) {
        super(pointer, Dtx::dtx_call_free);
    }

    static CallHandle create() {
        Loader.check();
        CallHandle made = new CallHandle(Dtx.dtx_call_new());
        return made;
    }

    CallHandle child() {
        CallHandle made = new CallHandle(Dtx.dtx_call_child(pointer));
        keep();
        return made;
    }

    void set(String name, String text) {
        Dtx.dtx_call_set(pointer, Natives.text("name", name), Natives.text("text", text));
        keep();
    }

    void setProbe(Dtx.dtx_probe_fn probe, Pointer context) {
        Dtx.dtx_call_set_probe(pointer, probe, context);
        keep();
    }

    void cancel() {
        Dtx.dtx_call_cancel(pointer);
        keep();
    }
}
