// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** A dtx_client of the library; what each method does stands in its header. */
final class ClientHandle extends Handle {
    private static final Dtx.dtx_done_fn SUBMIT_DONE =
            Natives.attached((deletion, error, context) -> Ended.tell(context, error, () -> Deletion.take(deletion)));

    ClientHandle(Pointer pointer) {
        super(pointer, Dtx::dtx_client_free);
    }

    static ClientHandle create(OptionsHandle options) {
        Loader.check();
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_client_new(options.pointer, made, error);
        options.keep();
        Natives.check(error.getValue());
        return new ClientHandle(made.getValue());
    }

    static ClientHandle shared(OptionsHandle options) {
        Loader.check();
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_client_shared(options.pointer, made, error);
        options.keep();
        Natives.check(error.getValue());
        return new ClientHandle(made.getValue());
    }

    void setAccessToken(String accessToken) {
        PointerByReference error = new PointerByReference();
        Dtx.dtx_client_set_access_token(pointer, Natives.text("accessToken", accessToken), error);
        keep();
        Natives.check(error.getValue());
    }

    void close() {
        Dtx.dtx_client_close(pointer);
        keep();
    }

    void submit(String userId, CallHandle call, Dtx.dtx_done_fn done, Pointer context) {
        Dtx.dtx_client_submit(pointer, Natives.text("userId", userId), call.pointer, done, context);
        keep();
        call.keep();
    }

    Ended<Deletion> submit(String userId, CallHandle call) {
        return Ended.begun(context -> submit(userId, call, SUBMIT_DONE, context));
    }

    Check check(boolean write, CallHandle call) {
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_client_check(pointer, write ? 1 : 0, call.pointer, made, error);
        keep();
        call.keep();
        Natives.check(error.getValue());
        return Check.take(made.getValue());
    }

    Contact get(String userId, CallHandle call) {
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_client_get(pointer, Natives.text("userId", userId), call.pointer, made, error);
        keep();
        call.keep();
        Natives.check(error.getValue());
        return Contact.take(made.getValue());
    }

    ContactsHandle contacts() {
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_client_contacts(pointer, made, error);
        keep();
        Natives.check(error.getValue());
        return new ContactsHandle(made.getValue());
    }

    Restoration restore(String record, boolean lookFirst, CallHandle call) {
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_client_restore(pointer, Natives.text("record", record), lookFirst ? 1 : 0, call.pointer, made, error);
        keep();
        call.keep();
        Natives.check(error.getValue());
        return Restoration.take(made.getValue());
    }
}
