/*
 * Deletes the external contacts whose ids are given. For Java 8 and later, with the package.
 *
 *   javac -cp dingtalk-extcontact-0.1.0.jar Delete.java
 *   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
 *   java -cp dingtalk-extcontact-0.1.0.jar:jna.jar:. Delete 0125400001 0125400002
 *
 * DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
 * DINGTALK_REGION to the hosts in China.
 *
 * Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
 */
import dingtalk.extcontact.Client;
import dingtalk.extcontact.Deletion;
import dingtalk.extcontact.DingTalkException;
import dingtalk.extcontact.Kind;
import dingtalk.extcontact.Status;
import java.util.Locale;

public final class Delete {
    private static void printField(String name, Object value) {
        if (value != null) {
            System.err.println("  " + name + ": " + value);
        }
    }

    private static void printError(String what, DingTalkException error) {
        System.err.println("failed: " + what);
        printField("kind", error.kind().name().toLowerCase(Locale.ROOT));
        printField("code", error.code());
        printField("message", error.getMessage());
        printField("advice", error.advice());
        printField("request id", error.requestId());
        printField("may be gone", error.maybeDeleted() ? "yes" : "no");
        printField("retry after", error.retryAfter() == null ? null : error.retryAfter().toMillis() + " ms");
    }

    private static void printDeletion(Deletion deletion) {
        // Absent is fine, but not the same: it does not prove that the id was ever right.
        System.out.println((deletion.status() == Status.ABSENT ? "absent: " : "deleted: ") + deletion.userId()
                + " (request id " + (deletion.requestId() == null ? "not known" : deletion.requestId()) + ")"
                + (deletion.maybeDeleted()
                        ? ", perhaps deleted just now: the reply to an earlier request was lost" : ""));
    }

    private static int deleteAll(String[] ids) {
        int failed = 0;
        int refused = 0;
        try (Client client = Client.fromEnv()) {
            for (String id : ids) {
                try {
                    printDeletion(client.delete(id));
                } catch (DingTalkException error) {
                    printError(id, error);
                    failed++;
                    // Refused before anything was sent.
                    refused += error.kind() == Kind.INVALID_ARGUMENT ? 1 : 0;
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
            System.err.println("usage: java Delete ID...");
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
