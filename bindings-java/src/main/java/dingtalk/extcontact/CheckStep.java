// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;

/** A step of a check. It never changes. */
public final class CheckStep {
    private final String name;
    private final CheckStatus status;
    private final String text;
    private final String advice;
    private final DingTalkException error;

    private CheckStep(Pointer from) {
        name = Dtx.dtx_check_step_name(from);
        status = CheckStatus.of(Dtx.dtx_check_step_status(from));
        text = Dtx.dtx_check_step_text(from);
        advice = Dtx.dtx_check_step_advice(from);
        error = DingTalkException.of(Dtx.dtx_check_step_error(from));
    }

    /** Copies all of it; null for null. */
    static CheckStep of(Pointer from) {
        return from == null ? null : new CheckStep(from);
    }

    /**
     * What it looks at: "credentials", "lookup", "proxy", "connection", "tls", "clock", "token",
     * "read_permission", "white_list", "limits" or "write_permission"; a later version may look at more.
     */
    public String name() {
        return name;
    }

    /** What came of it. */
    public CheckStatus status() {
        return status;
    }

    /** What was found, in one line for people. */
    public String text() {
        return text;
    }

    /** What to do, or null where nothing is to be done. */
    public String advice() {
        return advice;
    }

    /** The error that it ended with, or null. */
    public DingTalkException error() {
        return error;
    }
}
