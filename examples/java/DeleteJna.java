/*
 * Deletes the external contacts whose ids are given. For Java 8 and later, with JNA.
 *
 *   javac -cp jna.jar DeleteJna.java
 *   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
 *   java -cp jna.jar:. DeleteJna 0125400001 0125400002
 *
 * -Djna.library.path=FOLDER says where the library is, if not where the system looks.
 * DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
 * DINGTALK_REGION to the hosts in China.
 *
 * Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
 */
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

public final class DeleteJna {

    /** What is used of dingtalk_extcontact.h. A text that comes back is copied, never freed. */
    public interface Dtx extends Library {
        Dtx LIBRARY = Native.load("dingtalk_extcontact", Dtx.class,
                Collections.singletonMap(OPTION_STRING_ENCODING, "UTF-8"));

        int OK = 0;
        int INVALID_ARGUMENT = 1;
        int STATUS_ABSENT = 2;

        String dtx_result_name(int result);

        Pointer dtx_options_from_env();
        void dtx_options_free(Pointer options);

        int dtx_client_new(Pointer options, PointerByReference client, PointerByReference error);
        int dtx_client_delete(Pointer client, byte[] userId, Pointer call,
                PointerByReference deletion, PointerByReference error);
        void dtx_client_free(Pointer client);

        int dtx_deletion_status(Pointer deletion);
        int dtx_deletion_maybe_deleted(Pointer deletion);
        String dtx_deletion_request_id(Pointer deletion);
        void dtx_deletion_free(Pointer deletion);

        int dtx_error_kind(Pointer error);
        String dtx_error_message(Pointer error);
        String dtx_error_advice(Pointer error);
        String dtx_error_code(Pointer error);
        String dtx_error_request_id(Pointer error);
        int dtx_error_maybe_deleted(Pointer error);
        int dtx_error_retry_after_ms(Pointer error, LongByReference ms);
        void dtx_error_free(Pointer error);
    }

    /** Why a contact was not deleted, or a client not made. What is not known is null. */
    public static final class DingTalkException extends Exception {
        public final int kind;
        public final String kindName;
        public final String code;
        public final String advice;
        public final String requestId;
        public final boolean maybeDeleted;
        public final Long retryAfterMs;

        DingTalkException(Pointer error) {
            super(Dtx.LIBRARY.dtx_error_message(error));
            kind = Dtx.LIBRARY.dtx_error_kind(error);
            kindName = Dtx.LIBRARY.dtx_result_name(kind);
            code = Dtx.LIBRARY.dtx_error_code(error);
            advice = Dtx.LIBRARY.dtx_error_advice(error);
            requestId = Dtx.LIBRARY.dtx_error_request_id(error);
            maybeDeleted = Dtx.LIBRARY.dtx_error_maybe_deleted(error) != 0;
            LongByReference ms = new LongByReference();
            retryAfterMs = Dtx.LIBRARY.dtx_error_retry_after_ms(error, ms) != 0
                    ? ms.getValue() : null;
        }
    }

    /** The good end of a call: the contact is gone. */
    public static final class Deletion {
        public final boolean absent;
        public final boolean maybeDeleted;
        public final String requestId;

        Deletion(Pointer deletion) {
            absent = Dtx.LIBRARY.dtx_deletion_status(deletion) == Dtx.STATUS_ABSENT;
            maybeDeleted = Dtx.LIBRARY.dtx_deletion_maybe_deleted(deletion) != 0;
            requestId = Dtx.LIBRARY.dtx_deletion_request_id(deletion);
        }
    }

    /**
     * Make one and share it: it keeps its connections and its token, and heeds the rate limit.
     * Any number of threads may delete at once, also while one closes it.
     */
    public static final class Client implements AutoCloseable {
        /** Held for reading by every call under way: what it uses must not be freed. */
        private final ReadWriteLock use = new ReentrantReadWriteLock();
        private Pointer client;

        private Client(Pointer client) {
            this.client = client;
        }

        public static Client fromEnvironment() throws DingTalkException {
            PointerByReference client = new PointerByReference();
            PointerByReference error = new PointerByReference();
            Pointer options = Dtx.LIBRARY.dtx_options_from_env();
            try {
                if (Dtx.LIBRARY.dtx_client_new(options, client, error) != Dtx.OK) {
                    throw new DingTalkException(error.getValue());
                }
                return new Client(client.getValue());
            } finally {
                Dtx.LIBRARY.dtx_options_free(options);
                Dtx.LIBRARY.dtx_error_free(error.getValue());
            }
        }

        public Deletion delete(String userId) throws DingTalkException {
            byte[] id = utf8(userId);
            PointerByReference deletion = new PointerByReference();
            PointerByReference error = new PointerByReference();
            use.readLock().lock();
            try {
                if (client == null) {
                    throw new IllegalStateException("the client is closed");
                }
                int result = Dtx.LIBRARY.dtx_client_delete(client, id, null, deletion, error);
                if (result != Dtx.OK) {
                    throw new DingTalkException(error.getValue());
                }
                return new Deletion(deletion.getValue());
            } finally {
                use.readLock().unlock();
                // One of the two is null, which is harmless to free.
                Dtx.LIBRARY.dtx_deletion_free(deletion.getValue());
                Dtx.LIBRARY.dtx_error_free(error.getValue());
            }
        }

        /** Waits for the calls under way. Later ones are refused. */
        @Override
        public void close() {
            use.writeLock().lock();
            try {
                // The second time it is null, which is harmless to free.
                Dtx.LIBRARY.dtx_client_free(client);
                client = null;
            } finally {
                use.writeLock().unlock();
            }
        }
    }

    /**
     * UTF-8 with a NUL at its end. Neither a NUL inside, which would end the text for C, nor a
     * question mark instead of half a character: another contact could be meant then.
     */
    private static byte[] utf8(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("text with a NUL character in it");
        }
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] terminated = new byte[bytes.remaining() + 1];
            bytes.get(terminated, 0, bytes.remaining());
            return terminated;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text that is not valid Unicode", e);
        }
    }

    private static void printField(String name, Object value) {
        if (value != null) {
            System.err.println("  " + name + ": " + value);
        }
    }

    private static void printError(String what, DingTalkException error) {
        System.err.println("failed: " + what);
        printField("kind", error.kindName);
        printField("code", error.code);
        printField("message", error.getMessage());
        printField("advice", error.advice);
        printField("request id", error.requestId);
        printField("may be gone", error.maybeDeleted ? "yes" : "no");
        printField("retry after", error.retryAfterMs == null ? null : error.retryAfterMs + " ms");
    }

    private static void printDeletion(String userId, Deletion deletion) {
        // Absent is fine, but not the same: it does not prove that the id was ever right.
        System.out.println((deletion.absent ? "absent: " : "deleted: ") + userId
                + " (request id " + (deletion.requestId == null ? "not known" : deletion.requestId)
                + ")" + (deletion.maybeDeleted
                        ? ", perhaps deleted just now: the reply to an earlier request was lost"
                        : ""));
    }

    private static int deleteAll(String[] ids) throws DingTalkException {
        int failed = 0;
        int refused = 0;
        try (Client client = Client.fromEnvironment()) {
            for (String id : ids) {
                try {
                    printDeletion(id, client.delete(id));
                } catch (DingTalkException error) {
                    printError(id, error);
                    failed++;
                    // Refused before anything was sent.
                    refused += error.kind == Dtx.INVALID_ARGUMENT ? 1 : 0;
                }
            }
        }
        if (failed == 0) {
            return 0;
        }
        return refused == ids.length ? 2 : 1;
    }

    public static void main(String[] args) {
        int status = 2;
        if (args.length == 0) {
            System.err.println("usage: java DeleteJna ID...");
        } else {
            try {
                status = deleteAll(args);
            } catch (DingTalkException error) {
                printError("no client", error);
            }
        }
        System.exit(status);
    }
}
