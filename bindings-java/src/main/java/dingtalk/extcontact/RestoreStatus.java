// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

/** What came of a record that was to be restored. */
public enum RestoreStatus {
    /** The contact was created again, under a new id. */
    CREATED(1),
    /** The contact of the record exists, so nothing was created. */
    STILL_THERE(2),
    /** The one request to create it went out, and no certain answer came. */
    MAY_BE_CREATED(3),
    /** A value that a later version of the library has and this package does not know. */
    UNKNOWN(-1);

    final int number;

    RestoreStatus(int number) {
        this.number = number;
    }

    static RestoreStatus of(int number) {
        for (RestoreStatus one : values()) {
            if (one.number == number) {
                return one;
            }
        }
        return number == 0 ? null : UNKNOWN;
    }
}
