package dingtalk.extcontact;

import com.sun.jna.Callback;
import com.sun.jna.CallbackThreadInitializer;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.File;
import java.io.IOException;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** What Java has to do by itself to call C: load the library, make text, free objects. */
final class Natives {
    private static final String NAME = "dingtalk_extcontact";
    /** Names the file of another library than the one in the jar. */
    private static final String PROPERTY = "dingtalk_extcontact.library";

    private Natives() {}

    static void register(Class<?> declarations) {
        String other = System.getProperty(PROPERTY);
        String place = other != null ? other
                : Platform.RESOURCE_PREFIX + "/" + System.mapLibraryName(NAME) + " in the class path";
        String version = "unknown";
        try {
            File file = other != null ? new File(other).getAbsoluteFile()
                    : Native.extractFromResourcePath(NAME, Natives.class.getClassLoader());
            NativeLibrary library = NativeLibrary.getInstance(file.getPath(),
                    Collections.singletonMap(Library.OPTION_STRING_ENCODING, "UTF-8"));
            version = library.getFunction("dtx_version").invokeString(new Object[0], false);
            if (version.equals(Dtx.ABI) || version.startsWith(Dtx.ABI + ".")) {
                Native.register(declarations, library);
                return;
            }
        } catch (IOException | UnsatisfiedLinkError cause) {
            throw failed(place, version, cause);
        }
        throw failed(place, version, null);
    }

    private static UnsatisfiedLinkError failed(String place, String version, Throwable cause) {
        String why = version.equals("unknown") ? "there is none that can be loaded"
                : "it is of version " + version + ", and this package needs " + Dtx.VERSION;
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(
                "the native library of dingtalk-extcontact was looked for at " + place + ", and " + why
                + "; -D" + PROPERTY + "=FILE names another");
        error.initCause(cause);
        return error;
    }

    /**
     * For callbacks on threads of the library: each becomes a thread of Java once, not for each call,
     * and a daemon, so that a program ends when its own threads have.
     */
    static void attach(Callback callback) {
        Native.setCallbackThreadInitializer(callback, new CallbackThreadInitializer(true, false, "dingtalk-call"));
    }

    /**
     * UTF-8 with a NUL at its end. Neither a NUL inside, which would end the text for C, nor a
     * question mark instead of half a character: another contact could be meant then.
     */
    static byte[] text(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("text with a NUL character in it");
        }
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] terminated = new byte[bytes.remaining() + 1];
            bytes.get(terminated, 0, bytes.remaining());
            return terminated;
        } catch (CharacterCodingException cause) {
            throw new IllegalArgumentException("text with half of a character in it (a lone surrogate)", cause);
        }
    }

    /** An object of the library, freed some time after nobody has it any more. */
    static final class Handle {
        private final Pointer pointer;
        private volatile boolean used;

        Handle(Pointer pointer, Consumer<Pointer> free) {
            this.pointer = pointer;
            Owner.note(this, pointer, free);
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
    }

    /** java.lang.ref.Cleaner in small, which is there from Java 9 on. */
    private static final class Owner extends PhantomReference<Handle> {
        private static final ReferenceQueue<Handle> GONE = new ReferenceQueue<>();
        private static final Set<Owner> ALL = ConcurrentHashMap.newKeySet();
        private final Runnable free;

        private Owner(Handle handle, Pointer pointer, Consumer<Pointer> free) {
            super(handle, GONE);
            this.free = () -> free.accept(pointer);
        }

        static void note(Handle handle, Pointer pointer, Consumer<Pointer> free) {
            ALL.add(new Owner(handle, pointer, free));
            for (Reference<?> gone; (gone = GONE.poll()) != null;) {
                ALL.remove(gone);
                ((Owner) gone).free.run();
            }
        }
    }
}
