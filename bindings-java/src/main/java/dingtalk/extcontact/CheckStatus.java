// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

/** What came of a step of a check. */
public enum CheckStatus {
    /** As it should be. */
    OK(1),
    /** It keeps no call from passing, but should be seen to. */
    WARNING(2),
    /** It keeps calls from passing. */
    FAILED(3),
    /** What the service answered does not tell. */
    UNKNOWN(4),
    /** Not looked at, as it does not apply, was not asked for, or a step before it failed. */
    SKIPPED(5);

    final int number;

    CheckStatus(int number) {
        this.number = number;
    }

    static CheckStatus of(int number) {
        for (CheckStatus one : values()) {
            if (one.number == number) {
                return one;
            }
        }
        return number == 0 ? null : UNKNOWN;
    }
}
