package dingtalk.extcontact;

import com.sun.jna.StringArray;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * Deletes external contacts of a DingTalk organisation, which has no undo. It keeps its connections
 * and its token: make one and share it between threads. All methods may be called from any thread
 * at any time, {@link #close()} included.
 *
 * <p>{@code delete} and {@code deleteAsync} hold no thread while they wait, so a virtual thread leaves
 * its carrier to others. What reads waits on its own thread. An interrupt ends either within 100 ms: it
 * throws an error of kind CANCELLED then, and the thread is still interrupted.
 */
public final class Client extends ClientCalls implements AutoCloseable {
    private final boolean shared;

    private Client(ClientHandle client, boolean shared) {
        super(client);
        this.shared = shared;
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
     * Reads what journals of {@link BatchOptions#journal(Path)} say of each id, one entry an id. The files
     * are read from end to end here and now, and left as they are; a batch may be writing one. In one file
     * the last line about an id counts.
     *
     * @param journals the files
     * @return what became of each id; to be closed
     * @throws DingTalkException of kind JOURNAL where one cannot be read, or is damaged before its last line
     */
    public static CloseableIterator<JournalEntry> readJournal(Path... journals) {
        String[] names = new String[Objects.requireNonNull(journals, "journals").length];
        for (int place = 0; place < names.length; place++) {
            // What cannot be sent is refused, not replaced.
            Natives.text("journals[" + place + "]", journals[place]);
            names[place] = journals[place].toString();
        }
        JournalHandle journal = JournalHandle.read(new StringArray(names, "UTF-8"), names.length);
        return CloseableIterator.of(journal, journal::next);
    }

    /**
     * Deletes a contact, and waits for the end of the call.
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
        CallHandle call = Objects.requireNonNull(options, "options").call();
        if (Thread.currentThread().isInterrupted()) {
            call.cancel(); // so that nothing is sent
        }
        return client.submit(userId, call).await(call::cancel);
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
        return new DeletionFuture(client, userId, options);
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
        Iterator<String> ids = Objects.requireNonNull(userIds, "userIds").iterator();
        BatchOptionsHandle given = BatchOptionsHandle.create();
        Objects.requireNonNull(options, "options").give(given::set);
        return new DeleteMany(BatchHandle.create(client, given), ids);
    }

    /**
     * Reads all contacts of the organisation, a page of a hundred when it is needed. They may be deleted
     * meanwhile: what is there from the start to the end comes out, and once. After an error the same page
     * can be asked for again. The app needs the permission point qyapi_ext_read.
     *
     * @return the contacts; to be closed
     */
    public CloseableIterator<Contact> contacts() {
        return contacts(new CallOptions());
    }

    /**
     * The same with options of the call for a page.
     *
     * @param options of each of these calls
     * @return the contacts; to be closed
     */
    public CloseableIterator<Contact> contacts(CallOptions options) {
        Objects.requireNonNull(options, "options");
        ContactsHandle contacts = client.contacts();
        return CloseableIterator.of(contacts, () -> contacts.next(options.waiting()));
    }

    /**
     * Refuses calls from now on. Those that were begun go on to their end, also where they still wait for
     * their turn; a {@link Cancellation} ends them. Again it does nothing. One of
     * {@link Builder#buildShared()} stays for others, and only this object refuses calls.
     */
    @Override
    public void close() {
        ClientHandle closed = client;
        if (shared) {
            // The others go on with the one that it was. This one refuses in the library's words, too.
            closed = builder().accessToken("closed").endpoint("http://127.0.0.1").proxy("none").build().client;
        }
        closed.close(); // before a call of another thread can meet it
        client = closed;
    }

    /** Options of a client. What is refused is reported by {@link #build()}. */
    public static final class Builder extends ClientOptions<Builder> {
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
         * Makes the client. Nothing is sent yet.
         *
         * @return a client to be closed
         * @throws DingTalkException of kind INVALID_ARGUMENT where an option is refused
         */
        public Client build() {
            return made(false);
        }

        /**
         * The client that this process has for the same options, made where there is none yet: for code that
         * cannot keep one, such as plugins and functions that are loaded anew. Connections, token and rate are
         * those of all who have it.
         *
         * @return a client to be closed, which leaves it to the others
         * @throws DingTalkException of kind INVALID_ARGUMENT where an option is refused
         */
        public Client buildShared() {
            return made(true);
        }

        private Client made(boolean shared) {
            OptionsHandle options = fromEnv ? OptionsHandle.fromEnv() : OptionsHandle.create();
            try {
                give(options::set);
                return new Client(shared ? ClientHandle.shared(options) : ClientHandle.create(options), shared);
            } finally {
                options.free(); // at once, as it has secrets
            }
        }
    }
}
