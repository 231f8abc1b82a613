package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Options by name, as the library takes them; it checks them where they are used. */
abstract class Options<T> {
    private final Map<String, byte[]> values = new LinkedHashMap<>();

    /** A function of the library that sets one. */
    interface Setter {
        int set(Pointer options, byte[] name, byte[] value);
    }

    @SuppressWarnings("unchecked")
    T set(String name, byte[] text) {
        values.put(name, text);
        return (T) this;
    }

    /** A time in milliseconds; one beyond them is out of bounds anyway. */
    static byte[] millis(String name, Duration value) {
        long millis;
        try {
            millis = Objects.requireNonNull(value, name).toMillis();
        } catch (ArithmeticException tooLong) {
            millis = value.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return Natives.text(name, millis);
    }

    /** What is refused is reported by what the options are used for, in Java's names. */
    void give(Pointer options, Setter setter) {
        setter.set(options, Natives.text("name", "binding"), Natives.text("binding", "java"));
        values.forEach((name, text) -> setter.set(options, Natives.text("name", name), text));
    }
}
