// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

/** What kind of error it is. More may come: treat {@link #UNKNOWN} like {@link #API}. */
public enum Kind {
    /** Refused before anything was sent: an option, an argument, a closed client. */
    INVALID_ARGUMENT(1),
    /** The service knows no such contact: already gone, never there, or a damaged id. */
    INVALID_USER_ID(10),
    /** The access token or the app's credentials are not accepted. */
    AUTHENTICATION(11),
    /** The app may not delete external contacts, or not this one. */
    PERMISSION_DENIED(12),
    /** Over a rate; it may pass later. */
    THROTTLED(13),
    /** A quota of the organisation is used up. */
    QUOTA_EXCEEDED(14),
    /**
     * Something around the call is set up wrongly: IP not white-listed, app disabled, wrong endpoint, proxy
     * login or rules, no thread.
     */
    CONFIGURATION(15),
    /** DingTalk's own trouble; it may pass later. */
    SERVICE(16),
    /** Any other code of the service. */
    API(19),
    /** Lookup, connection or proxy failed, or the connection was lost. */
    CONNECTION(30),
    /** A certificate is not trusted, or the TLS handshake was refused. */
    TLS(31),
    /** No whole reply in time. */
    TIMEOUT(32),
    /** What came back is not DingTalk's: a login page, a redirect, half a reply. */
    PROTOCOL(33),
    /** The caller cancelled the call. */
    CANCELLED(34),
    /** The record of a batch cannot be read, written or locked. */
    JOURNAL(40),
    /** A bug of this library, a caught panic included. */
    INTERNAL(50),
    /** A value that a later version of the library has and this package does not know. */
    UNKNOWN(-1);

    final int number;

    Kind(int number) {
        this.number = number;
    }

    static Kind of(int number) {
        for (Kind one : values()) {
            if (one.number == number) {
                return one;
            }
        }
        return number == 0 ? null : UNKNOWN;
    }
}
