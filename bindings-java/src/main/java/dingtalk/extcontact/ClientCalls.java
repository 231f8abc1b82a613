// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import java.util.Objects;

/** What a client can be asked for. */
abstract class ClientCalls {
    /** Another one once it is closed. */
    volatile ClientHandle client;

    ClientCalls(ClientHandle client) {
        this.client = client;
    }

    /**
     * Replaces the access token that the client was made with. Calls under way go on with the old one, and
     * take the new one up if the old one is refused.
     *
     * @param accessToken the new one
     * @throws DingTalkException of kind INVALID_ARGUMENT: it cannot be a token, the client has app
     * credentials, or it is closed
     * @throws IllegalArgumentException where a text has a NUL or a lone surrogate
     */
    public void setAccessToken(String accessToken) {
        client.setAccessToken(accessToken);
    }

    /**
     * Says what stands and what is missing before contacts can be deleted, step by step: credentials, name
     * lookup, proxy, connection, TLS, clock, token, the permission to read (by a page of one contact), white
     * list, limits. Nothing is deleted. Where write is true, the permission to delete is tried, too, by a
     * deletion of an id that cannot exist, and only after the service has said that there is no such
     * contact. A step that fails is no error: it stands in the result. Waits on the calling thread. It is
     * {@link #check(boolean, CallOptions)} with the client's own options, and {@code write} false.
     *
     * @return what stands and what is missing before contacts can be deleted
     * @throws DingTalkException where it fails
     */
    public Check check() {
        return check(false, new CallOptions());
    }

    /**
     * Says what stands and what is missing before contacts can be deleted, step by step: credentials, name
     * lookup, proxy, connection, TLS, clock, token, the permission to read (by a page of one contact), white
     * list, limits. Nothing is deleted. Where write is true, the permission to delete is tried, too, by a
     * deletion of an id that cannot exist, and only after the service has said that there is no such
     * contact. A step that fails is no error: it stands in the result. Waits on the calling thread.
     *
     * @param write whether to try the permission to delete, too
     * @param options options of these calls and the means to cancel them
     * @return what stands and what is missing before contacts can be deleted
     * @throws DingTalkException where it fails
     */
    public Check check(boolean write, CallOptions options) {
        return client.check(write, Objects.requireNonNull(options, "options").waiting());
    }

    /**
     * Asks for the record of the contact userId: to look whether it is still there, or to keep a copy. Waits
     * on the calling thread. The app needs the permission point qyapi_ext_read. It is
     * {@link #get(String, CallOptions)} with the client's own options.
     *
     * @param userId the id, sent as it is
     * @return an external contact
     * @throws DingTalkException of kind INVALID_USER_ID: there is no such contact
     * @throws IllegalArgumentException where a text has a NUL or a lone surrogate
     */
    public Contact get(String userId) {
        return get(userId, new CallOptions());
    }

    /**
     * Asks for the record of the contact userId: to look whether it is still there, or to keep a copy. Waits
     * on the calling thread. The app needs the permission point qyapi_ext_read.
     *
     * @param userId the id, sent as it is
     * @param options the timeout of this call and the means to cancel it; its missingOk is for deletions
     * @return an external contact
     * @throws DingTalkException of kind INVALID_USER_ID: there is no such contact
     * @throws IllegalArgumentException where a text has a NUL or a lone surrogate
     */
    public Contact get(String userId, CallOptions options) {
        return client.get(userId, Objects.requireNonNull(options, "options").waiting());
    }

    /**
     * Creates the contact of a record again, under a new id: of {@link Contact#record()}, or of a line of a
     * backup. What the service does not take is lost: the id, the e-mail address, the history. Nobody is
     * created twice: the old id is asked for first, and who is still there stays. Then one request is sent,
     * and sent again only where it was certainly refused. Without a certain answer the status is
     * MAY_BE_CREATED, also after a cancel; call again with lookFirst then. Waits on the calling thread. The
     * app needs the permission points qyapi_ext_read and qyapi_ext_write. It is
     * {@link #restore(String, boolean, CallOptions)} with the client's own options, and {@code lookFirst}
     * false.
     *
     * @param record a JSON object
     * @return what came of a record that was to be restored
     * @throws DingTalkException of any kind: it was not created
     * @throws IllegalArgumentException where a text has a NUL or a lone surrogate
     */
    public Restoration restore(String record) {
        return restore(record, false, new CallOptions());
    }

    /**
     * Creates the contact of a record again, under a new id: of {@link Contact#record()}, or of a line of a
     * backup. What the service does not take is lost: the id, the e-mail address, the history. Nobody is
     * created twice: the old id is asked for first, and who is still there stays. Then one request is sent,
     * and sent again only where it was certainly refused. Without a certain answer the status is
     * MAY_BE_CREATED, also after a cancel; call again with lookFirst then. Waits on the calling thread. The
     * app needs the permission points qyapi_ext_read and qyapi_ext_write.
     *
     * @param record a JSON object
     * @param lookFirst true where an earlier call may have created it: all contacts are looked through for
     * one with its number first
     * @param options the timeout of each request's call and the means to cancel them
     * @return what came of a record that was to be restored
     * @throws DingTalkException of any kind: it was not created
     * @throws IllegalArgumentException where a text has a NUL or a lone surrogate
     */
    public Restoration restore(String record, boolean lookFirst, CallOptions options) {
        return client.restore(record, lookFirst, Objects.requireNonNull(options, "options").waiting());
    }
}
