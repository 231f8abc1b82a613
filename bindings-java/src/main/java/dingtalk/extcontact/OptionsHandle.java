// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;

/** A dtx_options of the library; what each method does stands in its header. */
final class OptionsHandle extends Handle {
    OptionsHandle(Pointer pointer) {
        super(pointer, Dtx::dtx_options_free);
    }

    static OptionsHandle create() {
        Loader.check();
        OptionsHandle made = new OptionsHandle(Dtx.dtx_options_new());
        return made;
    }

    static OptionsHandle fromEnv() {
        Loader.check();
        OptionsHandle made = new OptionsHandle(Dtx.dtx_options_from_env());
        return made;
    }

    void set(String name, String text) {
        Dtx.dtx_options_set(pointer, Natives.text("name", name), Natives.text("text", text));
        keep();
    }
}
