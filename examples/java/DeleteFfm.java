/*
 * Deletes the external contacts whose ids are given. For Java 22 and later, with nothing else:
 * the foreign-function API is part of it. Delete.java serves older ones, with the package.
 *
 *   javac DeleteFfm.java
 *   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
 *   java --enable-native-access=ALL-UNNAMED -Djava.library.path=FOLDER DeleteFfm 0125400001 0125400002
 *
 * FOLDER is where the library is. DINGTALK_ACCESS_TOKEN serves instead of key and secret.
 * DINGTALK_ENDPOINT leads to a sandbox, DINGTALK_REGION to the hosts in China.
 *
 * Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
 */
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

public final class DeleteFfm {

    /** What is used of dingtalk_extcontact.h. A text that comes back is copied, never freed. */
    static final class Dtx {
        static final int OK = 0;
        static final int INVALID_ARGUMENT = 1;
        static final int STATUS_ABSENT = 2;

        static {
            System.loadLibrary("dingtalk_extcontact");
        }

        static final MethodHandle RESULT_NAME = function("dtx_result_name", ADDRESS, JAVA_INT);
        static final MethodHandle OPTIONS_FROM_ENV = function("dtx_options_from_env", ADDRESS);
        static final MethodHandle OPTIONS_FREE = procedure("dtx_options_free");

        static final MethodHandle CLIENT_NEW =
                function("dtx_client_new", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle CLIENT_DELETE = function(
                "dtx_client_delete", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle CLIENT_FREE = procedure("dtx_client_free");

        static final MethodHandle DELETION_STATUS =
                function("dtx_deletion_status", JAVA_INT, ADDRESS);
        static final MethodHandle DELETION_MAYBE_DELETED =
                function("dtx_deletion_maybe_deleted", JAVA_INT, ADDRESS);
        static final MethodHandle DELETION_REQUEST_ID =
                function("dtx_deletion_request_id", ADDRESS, ADDRESS);
        static final MethodHandle DELETION_FREE = procedure("dtx_deletion_free");

        static final MethodHandle ERROR_KIND = function("dtx_error_kind", JAVA_INT, ADDRESS);
        static final MethodHandle ERROR_MESSAGE = function("dtx_error_message", ADDRESS, ADDRESS);
        static final MethodHandle ERROR_ADVICE = function("dtx_error_advice", ADDRESS, ADDRESS);
        static final MethodHandle ERROR_CODE = function("dtx_error_code", ADDRESS, ADDRESS);
        static final MethodHandle ERROR_REQUEST_ID =
                function("dtx_error_request_id", ADDRESS, ADDRESS);
        static final MethodHandle ERROR_MAYBE_DELETED =
                function("dtx_error_maybe_deleted", JAVA_INT, ADDRESS);
        static final MethodHandle ERROR_RETRY_AFTER_MS =
                function("dtx_error_retry_after_ms", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle ERROR_FREE = procedure("dtx_error_free");

        private static MethodHandle function(
                String name, MemoryLayout result, MemoryLayout... arguments) {
            return bind(name, FunctionDescriptor.of(result, arguments));
        }

        /** A function that takes a handle and returns nothing. */
        private static MethodHandle procedure(String name) {
            return bind(name, FunctionDescriptor.ofVoid(ADDRESS));
        }

        private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
            MemorySegment address = SymbolLookup.loaderLookup().find(name)
                    .orElseThrow(() -> new UnsatisfiedLinkError(name));
            return Linker.nativeLinker().downcallHandle(address, descriptor);
        }

        static int number(MethodHandle function, Object... arguments) {
            return (int) call(function, arguments);
        }

        static MemorySegment pointer(MethodHandle function, Object... arguments) {
            return (MemorySegment) call(function, arguments);
        }

        static String text(MethodHandle function, Object argument) {
            MemorySegment text = pointer(function, argument);
            // Its length is not known before its NUL is found.
            return text.equals(MemorySegment.NULL)
                    ? null : text.reinterpret(Long.MAX_VALUE).getString(0);
        }

        /** Convenient rather than fast: next to a network call the boxing does not show. */
        static Object call(MethodHandle function, Object... arguments) {
            try {
                return function.invokeWithArguments(arguments);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError("C functions throw nothing", e);
            }
        }

        /**
         * UTF-8 with a NUL at its end. Neither a NUL inside, which would end the text for C, nor
         * a question mark instead of half a character: another contact could be meant then.
         */
        static MemorySegment utf8(Arena arena, String text) {
            if (text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("text with a NUL character in it");
            }
            try {
                ByteBuffer bytes =
                        StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
                // Zeros at first, so the NUL is there already.
                MemorySegment terminated = arena.allocate(bytes.remaining() + 1L);
                terminated.copyFrom(MemorySegment.ofBuffer(bytes));
                return terminated;
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("text that is not valid Unicode", e);
            }
        }
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

        DingTalkException(MemorySegment error) {
            super(Dtx.text(Dtx.ERROR_MESSAGE, error));
            kind = Dtx.number(Dtx.ERROR_KIND, error);
            kindName = Dtx.text(Dtx.RESULT_NAME, kind);
            code = Dtx.text(Dtx.ERROR_CODE, error);
            advice = Dtx.text(Dtx.ERROR_ADVICE, error);
            requestId = Dtx.text(Dtx.ERROR_REQUEST_ID, error);
            maybeDeleted = Dtx.number(Dtx.ERROR_MAYBE_DELETED, error) != 0;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment ms = arena.allocate(JAVA_LONG);
                retryAfterMs = Dtx.number(Dtx.ERROR_RETRY_AFTER_MS, error, ms) != 0
                        ? ms.get(JAVA_LONG, 0) : null;
            }
        }
    }

    /** The good end of a call: the contact is gone. */
    public record Deletion(boolean absent, boolean maybeDeleted, String requestId) {
        static Deletion of(MemorySegment deletion) {
            return new Deletion(
                    Dtx.number(Dtx.DELETION_STATUS, deletion) == Dtx.STATUS_ABSENT,
                    Dtx.number(Dtx.DELETION_MAYBE_DELETED, deletion) != 0,
                    Dtx.text(Dtx.DELETION_REQUEST_ID, deletion));
        }
    }

    /**
     * Make one and share it: it keeps its connections and its token, and heeds the rate limit.
     * Any number of threads may delete at once, also while one closes it.
     */
    public static final class Client implements AutoCloseable {
        /** Held for reading by every call under way: what it uses must not be freed. */
        private final ReadWriteLock use = new ReentrantReadWriteLock();
        private MemorySegment client;

        private Client(MemorySegment client) {
            this.client = client;
        }

        public static Client fromEnvironment() throws DingTalkException {
            MemorySegment options = Dtx.pointer(Dtx.OPTIONS_FROM_ENV);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment client = arena.allocate(ADDRESS);
                MemorySegment error = arena.allocate(ADDRESS);
                try {
                    if (Dtx.number(Dtx.CLIENT_NEW, options, client, error) != Dtx.OK) {
                        throw new DingTalkException(error.get(ADDRESS, 0));
                    }
                    return new Client(client.get(ADDRESS, 0));
                } finally {
                    Dtx.call(Dtx.ERROR_FREE, error.get(ADDRESS, 0));
                }
            } finally {
                Dtx.call(Dtx.OPTIONS_FREE, options);
            }
        }

        public Deletion delete(String userId) throws DingTalkException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment id = Dtx.utf8(arena, userId);
                MemorySegment deletion = arena.allocate(ADDRESS);
                MemorySegment error = arena.allocate(ADDRESS);
                use.readLock().lock();
                try {
                    if (client.equals(MemorySegment.NULL)) {
                        throw new IllegalStateException("the client is closed");
                    }
                    int result = Dtx.number(
                            Dtx.CLIENT_DELETE, client, id, MemorySegment.NULL, deletion, error);
                    if (result != Dtx.OK) {
                        throw new DingTalkException(error.get(ADDRESS, 0));
                    }
                    return Deletion.of(deletion.get(ADDRESS, 0));
                } finally {
                    use.readLock().unlock();
                    // One of the two is NULL, which is harmless to free.
                    Dtx.call(Dtx.DELETION_FREE, deletion.get(ADDRESS, 0));
                    Dtx.call(Dtx.ERROR_FREE, error.get(ADDRESS, 0));
                }
            }
        }

        /** Waits for the calls under way. Later ones are refused. */
        @Override
        public void close() {
            use.writeLock().lock();
            try {
                // The second time it is NULL, which is harmless to free.
                Dtx.call(Dtx.CLIENT_FREE, client);
                client = MemorySegment.NULL;
            } finally {
                use.writeLock().unlock();
            }
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
        System.out.println((deletion.absent() ? "absent: " : "deleted: ") + userId
                + " (request id "
                + (deletion.requestId() == null ? "not known" : deletion.requestId()) + ")"
                + (deletion.maybeDeleted()
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
            System.err.println("usage: java DeleteFfm ID...");
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
