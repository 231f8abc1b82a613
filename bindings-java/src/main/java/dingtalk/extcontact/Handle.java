package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** An object of the library, freed some time after nobody has it any more: no call can meet that. */
class Handle {
    final Pointer pointer;
    private final Owner owner;
    private volatile boolean used;

    Handle(Pointer pointer, Consumer<Pointer> free) {
        this.pointer = pointer;
        owner = new Owner(this, () -> free.accept(pointer));
    }

    /** After a call: whoever writes to it is still there, or it could be freed while the call begins. */
    final void keep() {
        used = true;
    }

    /** At once, and once; whoever does it sees to it that no call begins any more. */
    final void free() {
        owner.free();
    }

    /** java.lang.ref.Cleaner in small, which is there from Java 9 on. */
    private static final class Owner extends PhantomReference<Handle> {
        private static final ReferenceQueue<Handle> GONE = new ReferenceQueue<>();
        private static final Set<Owner> ALL = ConcurrentHashMap.newKeySet();
        private final Runnable free;

        Owner(Handle handle, Runnable free) {
            super(handle, GONE);
            this.free = free;
            ALL.add(this);
            for (Reference<?> gone; (gone = GONE.poll()) != null;) {
                ((Owner) gone).free();
            }
        }

        void free() {
            if (ALL.remove(this)) {
                free.run();
            }
        }
    }
}
