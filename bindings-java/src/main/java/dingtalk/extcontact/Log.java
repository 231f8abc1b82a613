package dingtalk.extcontact;

import java.util.Objects;
import java.util.function.BiConsumer;

/** Where log lines of the library go. */
final class Log {
    private static volatile BiConsumer<LogLevel, String> sink;
    private static final Dtx.dtx_log_fn TAKE = Natives.attached((level, message, context) -> {
        BiConsumer<LogLevel, String> taker = sink;
        if (taker != null) {
            taker.accept(LogLevel.of(level), message.getString(0, "UTF-8"));
        }
    });

    private Log() {}

    static void to(LogLevel level, BiConsumer<LogLevel, String> taker) {
        Loader.check();
        Objects.requireNonNull(level, "level");
        sink = taker;
        Dtx.dtx_set_log(level.number, taker == null ? null : TAKE, null);
    }
}
