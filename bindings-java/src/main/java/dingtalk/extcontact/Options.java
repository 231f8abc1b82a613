package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Options by name, as the library takes them; it checks them where they are used. */
abstract class Options<T> {
    private final Map<String, byte[]> values = new LinkedHashMap<>();

    /** A function of the library that sets one. */
    interface Setter {
        int set(Pointer options, byte[] name, byte[] value);
    }

    @SuppressWarnings("unchecked")
    T set(String name, String value) {
        values.put(name, Natives.text(value));
        return (T) this;
    }

    T set(String name, Duration value) {
        long millis;
        try {
            millis = value.toMillis();
        } catch (ArithmeticException tooLong) {
            millis = value.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return set(name, Long.toString(millis));
    }

    /** What is refused is reported by what the options are used for, in Java's names. */
    void give(Pointer options, Setter setter) {
        setter.set(options, Natives.text("binding"), Natives.text("java"));
        values.forEach((name, value) -> setter.set(options, Natives.text(name), value));
    }
}
