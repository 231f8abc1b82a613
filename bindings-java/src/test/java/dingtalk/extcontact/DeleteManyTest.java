package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DeleteManyTest {
    @TempDir
    Path folder;

    private static List<Item> all(Iterator<Item> items) {
        List<Item> all = new ArrayList<>();
        items.forEachRemaining(all::add);
        return all;
    }

    @Test
    void eachIdComesOutOnceAndAJournalIsTakenUp() throws Exception {
        BatchOptions options = new BatchOptions().journal(folder.resolve("\u5ba2.jsonl")).concurrency(2);
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            List<String> ids = new ArrayList<>(sandbox.ids());
            ids.add("none");
            ids.add(ids.get(0));
            try (DeleteMany items = client.deleteMany(ids, options)) {
                assertNull(items.summary().toJson());
                List<Item> all = all(items);
                assertEquals(ids.size() - 1, all.size());
                for (Item item : all) {
                    assertEquals(item.userId().equals("none"), item.error() != null);
                    assertEquals(item.userId().equals("none"), item.deletion() == null);
                    assertFalse(item.notAttempted() || item.settledBefore());
                    assertNotNull(item.time());
                }
                assertEquals(ids.size() - 2, items.summary().deleted());
                assertEquals(1, items.summary().failed());
                assertEquals(1, items.summary().repeated());
                assertNull(items.paused());
                assertNotNull(items.summary().toJson());
                assertThrows(NoSuchElementException.class, items::next);
            }
            try (DeleteMany items = client.deleteMany(ids, options)) {
                assertEquals(ids.size() - 1, all(items).stream().filter(Item::settledBefore).count());
                assertEquals(ids.size() - 1, items.summary().settledBefore());
                assertEquals(0, items.summary().calls());
            }
        }
    }

    @Test
    void aJournalThatCannotBeWrittenIsRefused() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            BatchOptions options = new BatchOptions().journal(folder.resolve("none/journal"));
            DingTalkException error = assertThrows(DingTalkException.class,
                    () -> client.deleteMany(sandbox.ids(), options));
            assertEquals(Kind.JOURNAL, error.kind());
            BatchOptions many = new BatchOptions().concurrency(-1);
            assertEquals(Kind.INVALID_ARGUMENT, assertThrows(DingTalkException.class,
                    () -> client.deleteMany(sandbox.ids(), many)).kind());
        }
    }

    @Test
    void idsAreTakenAsTheyAreNeeded() throws Exception {
        AtomicInteger taken = new AtomicInteger();
        Iterable<String> endless = () -> new Iterator<String>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public String next() {
                return "none" + taken.incrementAndGet();
            }
        };
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().missingOk(true).build()) {
            DeleteMany items = client.deleteMany(endless);
            for (int i = 0; i < 100; i++) {
                assertEquals(Status.ABSENT, items.next().deletion().status());
            }
            assertTrue(taken.get() < 200);
            items.close();
            assertFalse(items.hasNext());
            items.close();
        }
    }

    @Test
    void anIdThatIsNoneIsThrownAfterTheOthers() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            String id = sandbox.ids().get(0);
            for (String bad : new String[] {"01\0" + "02", "\ud83d", null}) {
                List<Item> before = new ArrayList<>();
                DeleteMany items = client.deleteMany(Arrays.asList(id, bad, sandbox.ids().get(1)));
                Class<? extends Exception> kind =
                        bad == null ? NullPointerException.class : IllegalArgumentException.class;
                assertThrows(kind, () -> items.forEachRemaining(before::add));
                assertEquals(1, before.size());
                assertEquals(id, before.get(0).userId());
                assertFalse(items.hasNext());
            }
            assertEquals(Status.DELETED, client.delete(sandbox.ids().get(1)).status());
        }
    }

    @Test
    void whatTheIdsThrowComesAfterTheOthers() throws Exception {
        Throwable[] all = {new IllegalStateException("1"), new IOException("2"), new AssertionError("3")};
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            for (Throwable trouble : all) {
                String id = sandbox.ids().get(Integer.parseInt(trouble.getMessage()));
                Iterable<String> ids = () -> Stream.of(id, "none").peek(one -> {
                    if (one.equals("none")) {
                        DeleteManyTest.<RuntimeException>throwUnchecked(trouble);
                    }
                }).iterator();
                try (DeleteMany items = client.deleteMany(ids)) {
                    assertEquals(id, items.next().userId());
                    assertSame(trouble, assertThrows(Throwable.class, items::hasNext));
                    assertFalse(items.hasNext());
                }
            }
        }
    }

    /** As Kotlin throws what Java checks. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwUnchecked(Throwable any) throws E {
        throw (E) any;
    }

    @Test
    void anInterruptEndsABatchAndLosesNothing() throws Exception {
        try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
            List<Item> items = new ArrayList<>();
            AtomicInteger interrupted = new AtomicInteger();
            Thread caller = new Thread(() -> {
                items.addAll(all(client.deleteMany(Collections.nCopies(1, "1"))));
                interrupted.set(Thread.currentThread().isInterrupted() ? 1 : 2);
            });
            caller.start();
            silent.asked(1);
            long start = System.nanoTime();
            caller.interrupt();
            caller.join();
            assertTrue(System.nanoTime() - start < 1_000_000_000L);
            assertEquals(1, interrupted.get());
            assertEquals(1, items.size());
            assertEquals(Kind.CANCELLED, items.get(0).error().kind());
            assertTrue(items.get(0).error().maybeDeleted());
        }
    }

    @Test
    void anInterruptEndsABatchThatNeverWaits() throws Exception {
        BatchOptions options = new BatchOptions().journal(folder.resolve("journal.jsonl"));
        List<String> ids = IntStream.range(0, 200).mapToObj(id -> "none" + id).collect(Collectors.toList());
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().missingOk(true).build()) {
            assertEquals(200, all(client.deleteMany(ids, options)).size());
            AtomicInteger taken = new AtomicInteger();
            try (DeleteMany settled = client.deleteMany(
                    () -> ids.stream().peek(id -> taken.incrementAndGet()).iterator(), options)) {
                assertTrue(settled.next().settledBefore());
                Thread.currentThread().interrupt();
                all(settled);
                assertTrue(Thread.interrupted());
                assertTrue(taken.get() < 200, taken + " were taken");
            }
        }
    }

    @Test
    void aBatchIsCancelledFromAnotherThread() throws Exception {
        try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
            DeleteMany items = client.deleteMany(Arrays.asList("1", "2", "3"));
            Thread other = new Thread(() -> {
                try {
                    silent.asked(3);
                    items.cancel();
                } catch (InterruptedException never) {
                    throw new AssertionError(never);
                }
            });
            other.start();
            assertEquals(3, all(items).size());
            assertEquals(3, items.summary().maybeDeleted());
            other.join();
        }
    }

    @Test
    void aBatchThatIsLeftAloneIsCollected() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().missingOk(true).build()) {
            for (int i = 0; i < 200; i++) {
                client.deleteMany(Arrays.asList("none1", "none2", "none3")).next();
                System.gc();
            }
            assertEquals(Status.DELETED, client.delete(sandbox.ids().get(0)).status());
        }
    }
}
