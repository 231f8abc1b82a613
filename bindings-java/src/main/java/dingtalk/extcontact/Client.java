package dingtalk.extcontact;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.BiConsumer;

/**
 * Deletes external contacts of a DingTalk organisation, which has no undo. It keeps its connections
 * and its token: make one and share it between threads. All methods may be called from any thread
 * at any time, {@link #close()} included.
 */
public final class Client implements AutoCloseable {
    private final Natives.Handle client;

    private Client(Pointer client) {
        this.client = new Natives.Handle(client, Dtx::dtx_client_free);
    }

    /**
     * A client with what the environment names: DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and
     * DINGTALK_APP_SECRET; DINGTALK_REGION, DINGTALK_ENDPOINT.
     *
     * @return a client to be closed
     * @throws DingTalkException of kind INVALID_ARGUMENT where they are missing or wrong
     */
    public static Client fromEnv() {
        return builder().fromEnv().build();
    }

    /**
     * The options of a client, all at their defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends the log lines of the library, of all clients of the process, to a function; no secret is
     * in them. It is called on several threads at once, and must return soon.
     *
     * @param level what is logged; with OFF nothing is
     * @param sink is given the level of a line and the line; null for none
     */
    public static void logTo(LogLevel level, BiConsumer<LogLevel, String> sink) {
        Log.to(level, sink);
    }

    /**
     * Deletes a contact, and waits for the end of the call. Thread.interrupt ends it within 100 ms:
     * it throws an error of kind CANCELLED then, and the thread is still interrupted.
     *
     * @param userId the id, sent as it is
     * @return how the contact came to be gone
     * @throws DingTalkException where it was not deleted, or nobody knows
     * @throws IllegalArgumentException where the id has a NUL or a lone surrogate
     */
    public Deletion delete(String userId) {
        return delete(userId, new CallOptions());
    }

    /**
     * The same with options of this call.
     *
     * @param userId the id, sent as it is
     * @param options of this call
     * @return how the contact came to be gone
     */
    public Deletion delete(String userId, CallOptions options) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        return new DeletionFuture(client, Natives.text(userId), options, interrupted).await();
    }

    /**
     * Begins to delete a contact. No thread waits for the end: any number may be begun.
     *
     * @param userId the id, sent as it is
     * @return completed with a deletion or a {@link DingTalkException}; cancel ends the call
     * @throws IllegalArgumentException where the id has a NUL or a lone surrogate
     */
    public DeletionFuture deleteAsync(String userId) {
        return deleteAsync(userId, new CallOptions());
    }

    /**
     * The same with options of this call.
     *
     * @param userId the id, sent as it is
     * @param options of this call
     * @return completed with a deletion or a {@link DingTalkException}; cancel ends the call
     */
    public DeletionFuture deleteAsync(String userId, CallOptions options) {
        return new DeletionFuture(client, Natives.text(userId), options, false).told();
    }

    /**
     * Deletes many contacts, several at a time; ids are taken as they are needed.
     *
     * @param userIds the ids; those that come again are dropped
     * @return what came of each, in the order in which the calls end; to be closed
     */
    public DeleteMany deleteMany(Iterable<String> userIds) {
        return deleteMany(userIds, new BatchOptions());
    }

    /**
     * The same with options of this batch.
     *
     * @param userIds the ids; those that come again are dropped
     * @param options of this batch
     * @return what came of each, in the order in which the calls end; to be closed
     * @throws DingTalkException of kind JOURNAL where the journal or the backup cannot be used
     */
    public DeleteMany deleteMany(Iterable<String> userIds, BatchOptions options) {
        Iterator<String> ids = userIds.iterator();
        Pointer given = Dtx.dtx_batch_options_new();
        try {
            options.give(given, Dtx::dtx_batch_options_set);
            return new DeleteMany(client.use(of -> made((made, error) ->
                    Dtx.dtx_batch_new(of, given, made, error))), ids);
        } finally {
            Dtx.dtx_batch_options_free(given);
        }
    }

    /**
     * Replaces the access token that the client was made with.
     *
     * @param accessToken the new one
     * @throws DingTalkException where it is refused
     */
    public void setAccessToken(String accessToken) {
        byte[] token = Natives.text(accessToken);
        client.run(of -> made((none, error) -> Dtx.dtx_client_set_access_token(of, token, error)));
    }

    /** Refuses calls from now on. Those under way go on to their end. Again it does nothing. */
    @Override
    public void close() {
        client.run(Dtx::dtx_client_close);
    }

    /** A function of the library that makes something, or an error. */
    interface Maker {
        int make(PointerByReference made, PointerByReference error);
    }

    static Pointer made(Maker maker) {
        PointerByReference made = new PointerByReference();
        PointerByReference error = new PointerByReference();
        maker.make(made, error);
        if (error.getValue() == null) {
            return made.getValue();
        }
        try {
            throw new DingTalkException(error.getValue());
        } finally {
            Dtx.dtx_error_free(error.getValue());
        }
    }

    /** Options of a client. What is refused is reported by {@link #build()}. */
    public static final class Builder extends Options<Builder> {
        private boolean fromEnv;

        private Builder() {}

        /**
         * Takes from the environment what is not set here.
         *
         * @return this builder
         */
        public Builder fromEnv() {
            fromEnv = true;
            return this;
        }

        /**
         * A token that you keep fresh with {@link Client#setAccessToken}; or else key and secret.
         *
         * @param accessToken the token
         * @return this builder
         */
        public Builder accessToken(String accessToken) {
            return set("access_token", accessToken);
        }

        /**
         * The key of the app (its client id); the client fetches and refreshes the token.
         *
         * @param appKey the key
         * @return this builder
         */
        public Builder appKey(String appKey) {
            return set("app_key", appKey);
        }

        /**
         * The secret of the app, along with its key.
         *
         * @param appSecret the secret
         * @return this builder
         */
        public Builder appSecret(String appSecret) {
            return set("app_secret", appSecret);
        }

        /**
         * The region of the organisation.
         *
         * @param region international or china
         * @return this builder
         */
        public Builder region(String region) {
            return set("region", region);
        }

        /**
         * The base URL of a sandbox or a gateway, instead of the region's hosts.
         *
         * @param endpoint https, or http to a loopback address
         * @return this builder
         */
        public Builder endpoint(String endpoint) {
            return set("endpoint", endpoint);
        }

        /**
         * How long a call may take, from when it gets its turn: token, every attempt and pause.
         *
         * @param timeout to the millisecond
         * @return this builder
         */
        public Builder timeout(Duration timeout) {
            return set("timeout", timeout);
        }

        /**
         * How long one attempt may take, from its start to the last byte of the reply.
         *
         * @param attemptTimeout to the millisecond
         * @return this builder
         */
        public Builder attemptTimeout(Duration attemptTimeout) {
            return set("attempt_timeout", attemptTimeout);
        }

        /**
         * How long lookup, connection and TLS handshake may take together.
         *
         * @param connectTimeout to the millisecond
         * @return this builder
         */
        public Builder connectTimeout(Duration connectTimeout) {
            return set("connect_timeout", connectTimeout);
        }

        /**
         * How many attempts a call makes at most; 1 turns retries off.
         *
         * @param maxAttempts 1 to 100
         * @return this builder
         */
        public Builder maxAttempts(int maxAttempts) {
            return set("max_attempts", Integer.toString(maxAttempts));
        }

        /**
         * How many requests each API may get in any one second; 0 is no limit.
         *
         * @param rate 0 to 10000
         * @return this builder
         */
        public Builder rate(int rate) {
            return set("rate", Integer.toString(rate));
        }

        /**
         * Whether "no such contact" ends a call as absent. It hides ids that are damaged.
         *
         * @param missingOk whether it does
         * @return this builder
         */
        public Builder missingOk(boolean missingOk) {
            return set("missing_ok", Boolean.toString(missingOk));
        }

        /**
         * The proxy: that of the environment unless set.
         *
         * @param proxy environment, none, or a URL (http, https, socks5)
         * @return this builder
         */
        public Builder proxy(String proxy) {
            return set("proxy", proxy);
        }

        /**
         * A file of PEM certificates to trust instead of the system's.
         *
         * @param caFile the file
         * @return this builder
         */
        public Builder caFile(Path caFile) {
            return set("ca_file", caFile.toString());
        }

        /**
         * Makes the client. Nothing is sent yet.
         *
         * @return a client to be closed
         * @throws DingTalkException of kind INVALID_ARGUMENT where an option is refused
         */
        public Client build() {
            Pointer options = fromEnv ? Dtx.dtx_options_from_env() : Dtx.dtx_options_new();
            try {
                give(options, Dtx::dtx_options_set);
                return new Client(made((client, error) -> Dtx.dtx_client_new(options, client, error)));
            } finally {
                Dtx.dtx_options_free(options);
            }
        }
    }
}
