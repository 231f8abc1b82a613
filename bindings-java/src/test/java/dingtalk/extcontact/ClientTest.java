package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

@Timeout(120)
class ClientTest {
    /** Over the 100 ms that are promised, as machines are shared; nothing else ends these calls. */
    private static final long SOON_MS = 1000;

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Test
    void deletesAndSaysHow() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            String id = sandbox.ids().get(0);
            Deletion deletion = client.delete(id);
            assertEquals(Status.DELETED, deletion.status());
            assertEquals(id, deletion.userId());
            assertNotNull(deletion.requestId());
            assertEquals(1, deletion.attempts());
            DingTalkException error = assertThrows(DingTalkException.class, () -> client.delete(id));
            assertEquals(Kind.INVALID_USER_ID, error.kind());
            assertEquals("33012", error.code());
            assertEquals(33012L, error.errcode());
            assertFalse(error.maybeDeleted());
            // Where the call was made, not where its error came from.
            assertTrue(Arrays.stream(error.getStackTrace()).anyMatch(
                    frame -> frame.getClassName().equals(ClientTest.class.getName())));
            CallOptions fine = new CallOptions().missingOk(true).timeout(Duration.ofSeconds(20));
            assertEquals(Status.ABSENT, client.delete(id, fine).status());
            Deletion later = client.deleteAsync(sandbox.ids().get(1)).get();
            assertEquals(Status.DELETED, later.status());
        }
    }

    @Test
    void messagesAndAdviceHaveTheNamesOfJava() throws Exception {
        DingTalkException error = assertThrows(DingTalkException.class,
                () -> Client.builder().accessToken("t").attemptTimeout(Duration.ZERO).build());
        assertTrue(error.getMessage().startsWith("attemptTimeout is"), error.getMessage());
        error = assertThrows(DingTalkException.class, () -> Client.builder().build());
        assertTrue(error.advice().startsWith("Give accessToken, or appKey and appSecret"), error.advice());
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            error = assertThrows(DingTalkException.class, () -> client.delete("0125400001"));
            assertTrue(error.advice().contains("missingOk"), error.advice());
            assertFalse(error.advice().contains("dtx_"), error.advice());
            List<String> damaged = new ArrayList<>();
            for (int number = 100; number < 140; number++) {
                damaged.add("0125400" + number);
            }
            try (DeleteMany items = client.deleteMany(damaged)) {
                items.forEachRemaining(item -> assertNull(item.deletion()));
                String why = items.summary().toJson();
                assertTrue(why.contains("give missingOk(true) or stopOnMissing(false)"), why);
            }
        }
    }

    @Test
    void adviceIsInTheLanguageOfTheClient() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client english = sandbox.client().build();
                Client chinese = sandbox.client().language("zh").build()) {
            DingTalkException one = assertThrows(DingTalkException.class, () -> english.delete("none"));
            DingTalkException other = assertThrows(DingTalkException.class, () -> chinese.delete("none"));
            assertTrue(other.advice().codePoints().anyMatch(letter -> letter > 0x3000), other.advice());
            assertTrue(one.advice().startsWith("Check the id"), one.advice());
        }
        assertThrows(DingTalkException.class, () -> Client.builder().accessToken("t").language("fr").build());
    }

    @Test
    void anErrorCanBeSerialized() throws Exception {
        DingTalkException error = assertThrows(DingTalkException.class, () -> Client.builder().build());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(error);
        Object copy = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertEquals(Kind.INVALID_ARGUMENT, ((DingTalkException) copy).kind());
        assertEquals(error.toJson(), ((DingTalkException) copy).toJson());
    }

    @Test
    void aLaterKindIsUnknown() {
        Loader.check();
        assertEquals(Kind.UNKNOWN, Kind.of(7777));
        assertEquals(Status.UNKNOWN, Status.of(7777));
        for (Kind kind : Kind.values()) {
            String name = kind == Kind.UNKNOWN ? null : kind.name().toLowerCase(java.util.Locale.ROOT);
            assertEquals(name, Dtx.dtx_result_name(kind.number));
        }
    }

    @Test
    void anIdIsSentAsItIsOrNotAtAll() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            String chinese = "\u5ba2\u623701\ud83d\ude00";
            assertEquals(chinese, assertThrows(DingTalkException.class, () -> client.delete(chinese)).userId());
            for (String bad : new String[] {"01\0" + "02", "01\ud83d", "\ude0001", "\ud83d\ud83d"}) {
                refuses(IllegalArgumentException.class, "userId has ", () -> client.delete(bad));
                refuses(IllegalArgumentException.class, "userId has ", () -> client.deleteAsync(bad));
                refuses(IllegalArgumentException.class, "userId has ", () -> client.get(bad));
                refuses(IllegalArgumentException.class, "record has ", () -> client.restore(bad));
                refuses(IllegalArgumentException.class, "accessToken has ", () -> client.setAccessToken(bad));
                refuses(IllegalArgumentException.class, "appKey has ", () -> Client.builder().appKey(bad));
                refuses(IllegalArgumentException.class, "userId has ",
                        () -> client.deleteMany(Collections.singleton(bad)).next());
            }
        }
    }

    private static void refuses(Class<? extends Exception> kind, String start, Executable call) {
        String message = assertThrows(kind, call).getMessage();
        assertTrue(message.startsWith(start), message);
    }

    @Test
    void nullIsRefusedByTheNameOfTheParameter() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            Map<Executable, String> calls = new LinkedHashMap<>();
            calls.put(() -> client.delete(null), "userId");
            calls.put(() -> client.delete("1", null), "options");
            calls.put(() -> client.deleteAsync(null), "userId");
            calls.put(() -> client.deleteAsync("1", null), "options");
            calls.put(() -> client.deleteMany(null), "userIds");
            calls.put(() -> client.deleteMany(sandbox.ids(), null), "options");
            calls.put(() -> client.deleteMany(Collections.singleton(null)).next(), "userId");
            calls.put(() -> client.get(null), "userId");
            calls.put(() -> client.get("1", null), "options");
            calls.put(() -> client.contacts(null), "options");
            calls.put(() -> client.restore(null), "record");
            calls.put(() -> client.restore("{}", false, null), "options");
            calls.put(() -> client.check(false, null), "options");
            calls.put(() -> client.setAccessToken(null), "accessToken");
            calls.put(() -> Client.readJournal((Path[]) null), "journals");
            calls.put(() -> Client.readJournal(Paths.get("none"), null), "journals[1]");
            calls.put(() -> Client.logTo(null, null), "level");
            calls.put(() -> Client.builder().region(null), "region");
            calls.put(() -> Client.builder().timeout(null), "timeout");
            calls.put(() -> Client.builder().caFile(null), "caFile");
            calls.put(() -> new BatchOptions().journal(null), "journal");
            calls.put(() -> new CallOptions().cancelledBy(null), "cancellation");
            calls.forEach((call, name) ->
                    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage()));
        }
    }

    @Test
    void aCancellationEndsAllOfItsCallsAndSendsNothingMore() throws Exception {
        try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
            Cancellation all = new Cancellation();
            List<DeletionFuture> futures = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                futures.add(client.deleteAsync("id" + i, new CallOptions().cancelledBy(all).missingOk(i % 2 == 0)));
            }
            silent.asked(64);
            long threads = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
            long start = System.nanoTime();
            all.cancel();
            int attempts = 0;
            for (DeletionFuture future : futures) {
                ExecutionException ended = assertThrows(ExecutionException.class, future::get);
                DingTalkException error = (DingTalkException) ended.getCause();
                assertEquals(Kind.CANCELLED, error.kind());
                assertEquals(error.attempts() > 0, error.maybeDeleted());
                attempts += error.attempts();
            }
            System.out.println("500 futures ended " + millisSince(start) + " ms after their cancellation");
            assertTrue(millisSince(start) < SOON_MS);
            // A thread of the library counts anew each time that it tells something: of one of the 64 calls under way,
            // and of those that it took from the queue before the cancel came to them. No future has one to itself.
            threads = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount() - threads;
            assertTrue(threads < 300, threads + " threads were started");
            assertEquals(64, attempts);
            silent.askedNoMore();
            CallOptions late = new CallOptions().cancelledBy(all);
            for (Executable call : Arrays.<Executable>asList(() -> client.delete("1", late), () -> client.get("1", late),
                    () -> client.contacts(late).next())) {
                assertEquals(Kind.CANCELLED, assertThrows(DingTalkException.class, call).kind());
            }
            silent.askedNoMore();
        }
    }

    @Test
    void aFutureOfACancellationCanBeCancelledAlone() throws Exception {
        try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
            Cancellation all = new Cancellation();
            DeletionFuture one = client.deleteAsync("1", new CallOptions().cancelledBy(all));
            DeletionFuture other = client.deleteAsync("2", new CallOptions().cancelledBy(all));
            silent.asked(2);
            one.cancel(true);
            assertThrows(ExecutionException.class, () -> one.outcome().get());
            assertFalse(other.outcome().isDone());
            all.cancel();
            assertThrows(ExecutionException.class, other::get);
        }
    }

    @Test
    void wrongOptionsAreRefusedByName() {
        Client.Builder builder = Client.builder().accessToken("token");
        for (Duration bad : new Duration[] {Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(Long.MAX_VALUE),
                Duration.ofSeconds(Long.MIN_VALUE)}) {
            DingTalkException error = assertThrows(DingTalkException.class, builder.timeout(bad)::build);
            assertEquals(Kind.INVALID_ARGUMENT, error.kind());
            assertTrue(error.getMessage().contains("timeout"), error.getMessage());
        }
        builder.timeout(Duration.ofSeconds(1)).maxAttempts(-1);
        assertTrue(assertThrows(DingTalkException.class, builder::build).getMessage().contains("maxAttempts"));
    }

    @Test
    void anInterruptEndsACall() throws Exception {
        try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
            AtomicReference<DingTalkException> error = new AtomicReference<>();
            AtomicReference<Boolean> interrupted = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                error.set(assertThrows(DingTalkException.class, () -> client.delete("1")));
                interrupted.set(Thread.currentThread().isInterrupted());
            });
            caller.start();
            silent.asked(1);
            long start = System.nanoTime();
            caller.interrupt();
            caller.join();
            assertTrue(millisSince(start) < SOON_MS);
            assertEquals(Kind.CANCELLED, error.get().kind());
            assertTrue(error.get().maybeDeleted());
            assertTrue(interrupted.get());
        }
    }

    @Test
    void anInterruptThatCameBeforeSendsNothing() throws Exception {
        try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
            Thread.currentThread().interrupt();
            DingTalkException error = assertThrows(DingTalkException.class, () -> client.delete("1"));
            assertTrue(Thread.interrupted());
            assertEquals(Kind.CANCELLED, error.kind());
            assertEquals(0, error.attempts());
        }
    }

    @Test
    void aFutureThatIsCancelledEndsItsCall() throws Exception {
        try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
            DeletionFuture future = client.deleteAsync("1");
            silent.asked(1);
            long start = System.nanoTime();
            assertTrue(future.cancel(true));
            assertThrows(CancellationException.class, future::get);
            ExecutionException ended = assertThrows(ExecutionException.class, () -> future.outcome().get());
            assertTrue(millisSince(start) < SOON_MS);
            DingTalkException error = (DingTalkException) ended.getCause();
            assertEquals(Kind.CANCELLED, error.kind());
            assertTrue(error.maybeDeleted());
            assertTrue(future.isCancelled() && future.cancel(true));
        }
    }

    @Test
    void whatHangsOnAFutureMayThrowAndWait() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox("--contacts", "1000"); Client client = sandbox.client().build()) {
            List<CompletableFuture<Status>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String again = "none" + i;
                CompletableFuture<Deletion> first = client.deleteAsync("gone" + i, new CallOptions().missingOk(true));
                all.add(first.thenApply(deletion -> client.delete(again, new CallOptions().missingOk(true)).status()));
                first.thenAccept(deletion -> {
                    throw new IllegalStateException("on purpose");
                });
            }
            for (CompletableFuture<Status> one : all) {
                assertEquals(Status.ABSENT, one.get());
            }
        }
    }

    @Test
    void aLogThatThrowsHurtsNoCall() throws Exception {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            Client.logTo(LogLevel.INFO, (level, line) -> {
                lines.add(level + " " + line);
                throw new IllegalStateException("on purpose");
            });
            assertEquals(Status.DELETED, client.delete(sandbox.ids().get(0)).status());
            assertEquals(1, lines.stream().filter(line -> line.startsWith("INFO ")).count());
        } finally {
            Client.logTo(LogLevel.OFF, null);
        }
    }

    @Test
    void closingBesideCalls() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox()) {
            Client client = sandbox.client().missingOk(true).build();
            CountDownLatch begun = new CountDownLatch(8);
            List<Thread> threads = new ArrayList<>();
            List<DingTalkException> refused = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 8; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        while (true) {
                            client.delete("none");
                            begun.countDown();
                        }
                    } catch (DingTalkException error) {
                        refused.add(error);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            begun.await();
            client.close();
            client.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(8, refused.size());
            for (DingTalkException error : refused) {
                assertEquals(Kind.INVALID_ARGUMENT, error.kind());
                assertTrue(error.getMessage().contains("closed"), error.getMessage());
            }
        }
    }

    @Test
    void callsUnderWayEndAfterClose() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox("--faults", "delay=1@100ms")) {
            CompletableFuture<Deletion> under;
            try (Client client = sandbox.client().build()) {
                under = client.deleteAsync(sandbox.ids().get(0));
            }
            assertEquals(Status.DELETED, under.get().status());
        }
    }

    @Test
    void aThousandClientsOpenedAndClosed() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox()) {
            int files = -1;
            for (int i = 0; i < 1000; i++) {
                try (Client client = sandbox.client().missingOk(true).build()) {
                    client.delete("none");
                }
                if (i == 20) {
                    files = new File("/proc/self/fd").list().length;
                }
            }
            assertTrue(new File("/proc/self/fd").list().length < files + 20);
        }
    }

    @Test
    void garbageIsCollectedBesideCalls() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox()) {
            CountDownLatch ended = new CountDownLatch(1);
            Thread collector = new Thread(() -> {
                while (ended.getCount() > 0) {
                    System.gc();
                }
            });
            collector.start();
            List<CompletableFuture<Deletion>> futures = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                // Nobody has this client, nor closes it.
                futures.add(sandbox.client().missingOk(true).build().deleteAsync("none" + i));
                sandbox.client().missingOk(true).build().delete("none" + i);
            }
            for (CompletableFuture<Deletion> future : futures) {
                assertEquals(Status.ABSENT, future.get().status());
            }
            ended.countDown();
            collector.join();
        }
    }

    @Test
    void whatNobodyHasIsFreed() throws Exception {
        AtomicReference<com.sun.jna.Pointer> freed = new AtomicReference<>();
        new Handle(new com.sun.jna.Pointer(1), freed::set);
        while (freed.get() == null) {
            System.gc();
            new Handle(new com.sun.jna.Pointer(2), pointer -> {});
        }
        assertEquals(new com.sun.jna.Pointer(1), freed.get());
    }

    @Test
    void futuresHoldNoThreads() throws Exception {
        try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
            int before = new File("/proc/self/task").list().length;
            List<DeletionFuture> futures = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                futures.add(client.deleteAsync("id" + i));
            }
            silent.asked(64);
            int during = new File("/proc/self/task").list().length;
            System.out.println("OS threads at 2,000 futures: " + during + ", before: " + before);
            // The calls that are sent, and those of the tests' server.
            assertTrue(during - before < 200, during + " threads");
            for (DeletionFuture future : futures) {
                future.cancel(true);
            }
            for (DeletionFuture future : futures) {
                assertThrows(ExecutionException.class, () -> future.outcome().get());
            }
        }
    }

    @Test
    void theEnvironmentIsRead() {
        // Surefire's environment has no credentials, or the sandbox would be asked with others.
        Client.Builder builder = Client.builder().fromEnv().accessToken("token").endpoint("http://127.0.0.1:1");
        try (Client client = builder.build()) {
            assertNull(assertThrows(DingTalkException.class, () -> client.delete("1")).httpStatus());
        }
    }
}
