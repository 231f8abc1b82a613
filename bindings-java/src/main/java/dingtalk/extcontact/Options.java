package dingtalk.extcontact;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/** Options by name, as the library takes them; it checks them where they are used. */
abstract class Options<T> {
    private final Map<String, String> values = new LinkedHashMap<>();

    /** What is no text for C is refused here, by the name of the parameter. */
    @SuppressWarnings("unchecked")
    T set(String name, String parameter, Object value) {
        Natives.text(parameter, value);
        values.put(name, value.toString());
        return (T) this;
    }

    /** A time in milliseconds; one beyond them is out of bounds anyway. */
    T set(String name, String parameter, Duration value) {
        long millis;
        try {
            millis = Objects.requireNonNull(value, parameter).toMillis();
        } catch (ArithmeticException tooLong) {
            millis = value.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return set(name, parameter, (Object) millis);
    }

    /** What is refused is reported by what the options are used for, in Java's names. */
    void give(BiConsumer<String, String> set) {
        set.accept("binding", "java");
        values.forEach(set);
    }
}
