package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What reads, restores and checks, and the client that a process shares. */
@Timeout(120)
class ReadingTest {
    @TempDir
    Path folder;

    private static CallOptions soon() {
        return new CallOptions().timeout(Duration.ofSeconds(20));
    }

    @Test
    void aContactIsRead() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            String id = sandbox.ids().get(0);
            Contact contact = client.get(id, soon());
            assertEquals(id, contact.userId());
            assertNotNull(contact.name());
            assertTrue(contact.record().contains("\"userid\":\"" + id + "\""), contact.record());
            assertTrue(contact.toJson().contains("\"user_id\":\"" + id + "\""), contact.toJson());
            assertThrows(UnsupportedOperationException.class, () -> contact.labelIds().add("1"));
            assertEquals("Contact " + id, contact.toString());
            DingTalkException error = assertThrows(DingTalkException.class, () -> client.get("none"));
            assertEquals(Kind.INVALID_USER_ID, error.kind());
            assertThrows(IllegalArgumentException.class, () -> client.get("01\0" + "02"));
            assertThrows(IllegalArgumentException.class, () -> client.get("01\ud83d"));
            assertThrows(NullPointerException.class, () -> client.get(null));
        }
    }

    @Test
    void allContactsComeOutWhileTheyAreDeleted() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox("--contacts", "250"); Client client = sandbox.client().build()) {
            Set<String> ids = new HashSet<>();
            boolean chinese = false;
            try (CloseableIterator<Contact> contacts = client.contacts(soon())) {
                while (contacts.hasNext()) {
                    Contact contact = contacts.next();
                    assertTrue(ids.add(contact.userId()));
                    chinese |= contact.name().codePoints().anyMatch(one -> one > 0x3000);
                    assertTrue(!contact.labelIds().isEmpty() || contact.record().contains("label_ids"), contact.record());
                    client.delete(contact.userId());
                }
                assertThrows(NoSuchElementException.class, contacts::next);
            }
            assertEquals(250, ids.size());
            assertTrue(chinese, "no name was in Chinese");
            assertFalse(client.contacts().hasNext());
        }
    }

    @Test
    void whatIsClosedReadsNoMore() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox()) {
            Client client = sandbox.client().build();
            CloseableIterator<Contact> contacts = client.contacts();
            String record = contacts.next().record();
            contacts.close();
            contacts.close();
            assertFalse(contacts.hasNext());
            client.close();
            for (Consumer<Client> call : Arrays.<Consumer<Client>>asList(it -> it.get("1"), Client::check,
                    it -> it.contacts().hasNext(), it -> it.restore(record), it -> it.setAccessToken("other"), it -> {
                        throw it.deleteMany(Arrays.asList("1")).next().error();
                    })) {
                DingTalkException error = assertThrows(DingTalkException.class, () -> call.accept(client));
                assertEquals(Kind.INVALID_ARGUMENT, error.kind());
            }
        }
    }

    @Test
    void anInterruptEndsWhatReads() throws Exception {
        for (Consumer<Client> call : Arrays.<Consumer<Client>>asList(it -> it.get("1"), it -> it.contacts().hasNext(),
                Client::check)) {
            try (Server.Silent silent = new Server.Silent(); Client client = silent.client().build()) {
                AtomicReference<DingTalkException> error = new AtomicReference<>();
                AtomicReference<Boolean> interrupted = new AtomicReference<>();
                Thread caller = new Thread(() -> {
                    error.set(assertThrows(DingTalkException.class, () -> call.accept(client)));
                    interrupted.set(Thread.currentThread().isInterrupted());
                });
                caller.start();
                silent.asked(1);
                long start = System.nanoTime();
                caller.interrupt();
                caller.join();
                assertTrue(System.nanoTime() - start < 1_000_000_000L);
                assertEquals(Kind.CANCELLED, error.get().kind());
                assertTrue(interrupted.get());
            }
        }
    }

    @Test
    void aBackupIsRestoredAndNobodyTwice() throws Exception {
        Path backup = folder.resolve("\u5907\u4efd.jsonl");
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            List<String> ids = new ArrayList<>();
            client.contacts().forEachRemaining(contact -> {
                // Others lack what a contact needs.
                if (contact.followerUserId() != null && !contact.labelIds().isEmpty() && ids.size() < 3) {
                    ids.add(contact.userId());
                }
            });
            Contact before = client.get(ids.get(0));
            assertEquals(RestoreStatus.STILL_THERE, client.restore(before.record()).status());
            try (DeleteMany items = client.deleteMany(ids, new BatchOptions().backup(backup))) {
                items.forEachRemaining(item -> assertEquals(Status.DELETED, item.deletion().status()));
            }
            List<String> records = Files.readAllLines(backup, StandardCharsets.UTF_8);
            assertEquals(4, records.size());
            for (String record : records.subList(1, 4)) {
                Restoration restored = client.restore(record);
                assertEquals(RestoreStatus.CREATED, restored.status());
                assertTrue(ids.contains(restored.oldUserId()));
                assertNotEquals(restored.oldUserId(), restored.userId());
                assertEquals(1, restored.attempts());
                assertNull(restored.problem());
                if (restored.oldUserId().equals(before.userId())) {
                    assertEquals(before.mobile(), client.get(restored.userId()).mobile());
                }
                // An earlier call may have created it: one with its number is there.
                assertEquals(restored.userId(), client.restore(record, true, soon()).userId());
            }
            DingTalkException error = assertThrows(DingTalkException.class, () -> client.restore("{\"userid\":\"1\"}"));
            assertEquals(Kind.INVALID_ARGUMENT, error.kind());
        }
    }

    @Test
    void aJournalTellsWhatBecameOfEachId() throws Exception {
        Path journal = folder.resolve("\u5ba2.jsonl");
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            String id = sandbox.ids().get(0);
            client.deleteMany(Arrays.asList(id, "none"), new BatchOptions().journal(journal))
                    .forEachRemaining(item -> assertFalse(item.notAttempted()));
            Map<String, JournalEntry> entries = new HashMap<>();
            try (CloseableIterator<JournalEntry> read = Client.readJournal(journal, journal)) {
                read.forEachRemaining(entry -> entries.put(entry.userId(), entry));
            }
            assertEquals(2, entries.size());
            assertEquals(JournalState.GONE, entries.get(id).state());
            assertNull(entries.get(id).kind());
            assertEquals(1, entries.get(id).attempts());
            assertEquals(JournalState.WAS_NOT_THERE, entries.get("none").state());
            assertEquals(Kind.INVALID_USER_ID, entries.get("none").kind());
            assertEquals("33012", entries.get("none").code());
            assertEquals(journal.toString(), entries.get("none").journal());
            assertEquals(sandbox.field("url"), entries.get("none").endpoint());
            assertNotNull(entries.get("none").time());
            assertFalse(Client.readJournal().hasNext());
            DingTalkException error = assertThrows(DingTalkException.class,
                    () -> Client.readJournal(journal, folder.resolve("none")));
            assertEquals(Kind.JOURNAL, error.kind());
        }
    }

    @Test
    void closingAJournalClosesItsFile() throws Exception {
        Path journal = folder.resolve("journal");
        try (Server.Sandbox sandbox = new Server.Sandbox(); Client client = sandbox.client().build()) {
            client.deleteMany(sandbox.ids(), new BatchOptions().journal(journal))
                    .forEachRemaining(item -> assertNotNull(item.deletion()));
        }
        int before = new File("/proc/self/fd").list().length;
        for (int i = 0; i < 100; i++) {
            CloseableIterator<JournalEntry> read = Client.readJournal(journal);
            read.next();
            read.close();
        }
        assertTrue(new File("/proc/self/fd").list().length < before + 50);
    }

    @Test
    void aCheckTellsItsSteps() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox()) {
            try (Client client = sandbox.client().build()) {
                Check check = client.check(true, soon());
                assertTrue(check.ok(), check.toJson());
                assertEquals("credentials", check.steps().get(0).name());
                for (CheckStep step : check.steps()) {
                    assertNotEquals(CheckStatus.FAILED, step.status());
                    assertNull(step.error());
                    assertNotNull(step.text());
                }
                assertTrue(check.report().startsWith("{"), check.report());
            }
            try (Client client = sandbox.client().accessToken("wrong").build()) {
                Check check = client.check();
                assertFalse(check.ok());
                CheckStep token = check.steps().stream().filter(step -> step.name().equals("token")).findFirst().get();
                assertEquals(CheckStatus.FAILED, token.status());
                assertEquals(Kind.AUTHENTICATION, token.error().kind());
                assertNotNull(token.advice());
            }
        }
    }

    @Test
    void whoAsksForTheSameOptionsSharesAClient() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox()) {
            Client.Builder options = sandbox.client().accessToken("old");
            Client first = options.buildShared();
            try (Client second = options.buildShared(); Client own = options.build()) {
                first.setAccessToken(sandbox.field("access_token"));
                assertEquals(Status.DELETED, second.delete(sandbox.ids().get(0)).status());
                assertThrows(DingTalkException.class, () -> own.delete(sandbox.ids().get(1)));
                first.close();
                first.close();
                for (Consumer<Client> call : Arrays.<Consumer<Client>>asList(it -> it.delete("1"), it -> it.get("1"),
                        it -> it.contacts().next(), it -> it.setAccessToken("other"))) {
                    DingTalkException error = assertThrows(DingTalkException.class, () -> call.accept(first));
                    assertEquals(Kind.INVALID_ARGUMENT, error.kind());
                    assertTrue(error.getMessage().contains("client is closed"), error.getMessage());
                }
                assertEquals(Status.DELETED, second.delete(sandbox.ids().get(1)).status());
            }
            // Those that closed it left it to others.
            try (Client later = options.buildShared()) {
                assertEquals(Status.DELETED, later.delete(sandbox.ids().get(2)).status());
            }
        }
    }

    @Test
    void aSharedClientThatIsClosedIsNeverAnotherThatCalls() throws Exception {
        byte[] token = Natives.text("accessToken", "other");
        try (Server.Sandbox sandbox = new Server.Sandbox()) {
            for (int round = 0; round < 500; round++) {
                Client client = sandbox.client().buildShared();
                ClientHandle open = client.client;
                CountDownLatch looking = new CountDownLatch(1);
                CompletableFuture<Integer> asked = CompletableFuture.supplyAsync(() -> {
                    looking.countDown();
                    ClientHandle now = open;
                    while (now == open) {
                        now = client.client;
                    }
                    int result = Dtx.dtx_client_set_access_token(now.pointer, token, null);
                    now.keep();
                    return result;
                });
                looking.await();
                client.close();
                assertEquals(Kind.INVALID_ARGUMENT, Kind.of(asked.get()));
            }
        }
    }
}
