// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import com.sun.jna.Pointer;
import java.util.List;

/** What stands and what is missing before contacts can be deleted. It never changes. */
public final class Check {
    private final boolean ok;
    private final List<CheckStep> steps;
    private final String report;
    private final String json;

    private Check(Pointer from) {
        ok = Dtx.dtx_check_ok(from) != 0;
        steps = Natives.list(Dtx.dtx_check_step_count(from), at -> CheckStep.of(Dtx.dtx_check_step_at(from, at)));
        report = Dtx.dtx_check_report(from);
        json = Dtx.dtx_check_json(from);
    }

    /** Copies all of it; null for null. */
    static Check of(Pointer from) {
        return from == null ? null : new Check(from);
    }

    /** The same, and frees it. */
    static Check take(Pointer from) {
        try {
            return of(from);
        } finally {
            Dtx.dtx_check_free(from);
        }
    }

    /** Whether no step failed and none is left unknown. */
    public boolean ok() {
        return ok;
    }

    /** Each, in the order in which a call needs them. */
    public List<CheckStep> steps() {
        return steps;
    }

    /**
     * What the service really answered, as a JSON object that is fit to be shown to others: codes, request
     * ids, sizes and types, without names, credentials and addresses.
     */
    public String report() {
        return report;
    }

    /** All of it as one JSON object, the same in every language. */
    public String toJson() {
        return json;
    }

    /** The same as {@link #toJson()}. */
    @Override
    public String toString() {
        return json;
    }
}
