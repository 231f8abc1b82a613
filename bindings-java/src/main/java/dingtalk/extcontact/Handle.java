package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** An object of the library, freed some time after nobody has it any more: no call can meet that. */
final class Handle {
    private final Pointer pointer;
    private final Owner owner;
    private volatile boolean used;

    Handle(Pointer pointer, Consumer<Pointer> free) {
        this.pointer = pointer;
        owner = new Owner(this, pointer, free);
    }

    <R> R use(Function<Pointer, R> call) {
        R result = call.apply(pointer);
        // Whoever writes to it is still there: else it could be freed while the call begins.
        used = true;
        return result;
    }

    void run(Consumer<Pointer> call) {
        call.accept(pointer);
        used = true;
    }

    /** At once, and once; whoever does it sees to it that no call begins any more. */
    void free() {
        owner.free();
    }

    /** java.lang.ref.Cleaner in small, which is there from Java 9 on. */
    private static final class Owner extends PhantomReference<Handle> {
        private static final ReferenceQueue<Handle> GONE = new ReferenceQueue<>();
        private static final Set<Owner> ALL = ConcurrentHashMap.newKeySet();
        private final Pointer pointer;
        private final Consumer<Pointer> free;

        Owner(Handle handle, Pointer pointer, Consumer<Pointer> free) {
            super(handle, GONE);
            this.pointer = pointer;
            this.free = free;
            ALL.add(this);
            for (Reference<?> gone; (gone = GONE.poll()) != null;) {
                ((Owner) gone).free();
            }
        }

        void free() {
            if (ALL.remove(this)) {
                free.accept(pointer);
            }
        }
    }
}
