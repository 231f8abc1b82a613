// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

/** How much is logged; each level includes those above it. */
public enum LogLevel {
    /** Nothing. */
    OFF(0),
    /** What should not happen. */
    ERROR(1),
    /** What should be looked at. */
    WARN(2),
    /** The outcome of every call. */
    INFO(3),
    /** Every attempt that failed. */
    DEBUG(4);

    final int number;

    LogLevel(int number) {
        this.number = number;
    }

    static LogLevel of(int number) {
        for (LogLevel one : values()) {
            if (one.number == number) {
                return one;
            }
        }
        return OFF;
    }
}
