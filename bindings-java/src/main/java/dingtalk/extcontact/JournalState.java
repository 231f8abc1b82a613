// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

/** What became of a contact. */
public enum JournalState {
    /** A run deleted it, or the service knows it no more after a request of ours whose reply was lost. */
    GONE(1),
    /** The service knew no such contact, and no request of ours had been without an answer. */
    WAS_NOT_THERE(2),
    /** It was certainly not deleted: the service refused it, or the call was not made. */
    NOT_DELETED(3),
    /** A request went out, or may have, and no certain answer came. */
    MAY_BE_GONE(4),
    /** A value that a later version of the library has and this package does not know. */
    UNKNOWN(-1);

    final int number;

    JournalState(int number) {
        this.number = number;
    }

    static JournalState of(int number) {
        for (JournalState one : values()) {
            if (one.number == number) {
                return one;
            }
        }
        return number == 0 ? null : UNKNOWN;
    }
}
