// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

/** How a contact came to be gone. */
public enum Status {
    /** The service deleted it now. */
    DELETED(1),
    /**
     * The service knows no such contact, and that is fine: missingOk is set, or an earlier request of the
     * same call may have deleted it.
     */
    ABSENT(2),
    /** A value that a later version of the library has and this package does not know. */
    UNKNOWN(-1);

    final int number;

    Status(int number) {
        this.number = number;
    }

    static Status of(int number) {
        for (Status one : values()) {
            if (one.number == number) {
                return one;
            }
        }
        return number == 0 ? null : UNKNOWN;
    }
}
