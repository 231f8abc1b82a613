package dingtalk.extcontact;

import com.sun.jna.Callback;
import com.sun.jna.CallbackThreadInitializer;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What goes into C and comes out of it: texts, errors, lists, and what may not be known. */
final class Natives {
    private Natives() {}

    /**
     * A value as text in UTF-8 with a NUL at its end. Neither a NUL inside, which would end the text for C,
     * nor a question mark instead of half a character: another contact could be meant then.
     *
     * @param name of the parameter that it is, for what is refused
     */
    static byte[] text(String name, Object value) {
        String text = Objects.requireNonNull(value, name).toString();
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(name + " has a NUL character in it");
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
            throw new IllegalArgumentException(name + " has half of a character in it (a lone surrogate)");
        }
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    /**
     * For callbacks on threads of the library: each becomes a thread of Java once, not for each call,
     * and a daemon, so that a program ends when its own threads have.
     */
    static <C extends Callback> C attached(C callback) {
        Native.setCallbackThreadInitializer(callback, new CallbackThreadInitializer(true, false, "dingtalk-call"));
        return callback;
    }

    /** Throws what a call failed with. */
    static void check(Pointer error) {
        if (error != null) {
            throw DingTalkException.take(error);
        }
    }

    /** A value that is written to a place, or null where it is not known. */
    static <P, T> T known(P place, ToIntFunction<P> get, Function<P, T> value) {
        return get.applyAsInt(place) == 0 ? null : value.apply(place);
    }

    static <T> List<T> list(long count, LongFunction<T> at) {
        return Collections.unmodifiableList(LongStream.range(0, count).mapToObj(at).collect(Collectors.toList()));
    }
}
