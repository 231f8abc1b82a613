// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** A dtx_contacts of the library; what each method does stands in its header. */
final class ContactsHandle extends Handle {
    ContactsHandle(Pointer pointer) {
        super(pointer, Dtx::dtx_contacts_free);
    }

    Contact next(CallHandle call) {
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        Dtx.dtx_contacts_next(pointer, call.pointer, made, error);
        keep();
        call.keep();
        Natives.check(error.getValue());
        return Contact.take(made.getValue());
    }
}
