package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Calls of virtual threads, in a Java that has them: its home is the property java25. */
class VirtualThreadsTest {
    private static final int CALLS = 1000;

    /** Prints milliseconds, OS threads before and at the most, and how many contacts were absent. */
    static final class Main {
        public static void main(String[] arguments) throws Exception {
            // Compiled for Java 8, which has no such method.
            ExecutorService threads = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            CountDownLatch left = new CountDownLatch(CALLS);
            try (Client client = Client.builder().fromEnv().rate(0).proxy("none").missingOk(true).build()) {
                client.delete("warm");
                int before = osThreads();
                int most = before;
                long start = System.nanoTime();
                for (int i = 0; i < CALLS; i++) {
                    String id = "none" + i;
                    boolean waits = i % 2 == 0;
                    threads.submit(() -> {
                        Deletion gone = waits ? client.delete(id) : client.deleteAsync(id).get();
                        if (gone.status() == Status.ABSENT) {
                            left.countDown();
                        }
                        return null;
                    });
                }
                threads.shutdown();
                while (!threads.awaitTermination(10, TimeUnit.MILLISECONDS)) {
                    most = Math.max(most, osThreads());
                }
                System.out.println(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " " + before + " "
                        + most + " " + (CALLS - left.getCount()));
            }
        }

        private static int osThreads() {
            return new File("/proc/self/task").list().length;
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "java25", matches = ".+")
    void callsOfVirtualThreadsPinNoCarrier() throws Exception {
        try (Server.Sandbox sandbox = new Server.Sandbox("--faults", "delay=1@200ms")) {
            Process process = sandbox.java(System.getProperty("java25"), Main.class,
                    "--enable-native-access=ALL-UNNAMED", "-Djdk.virtualThreadScheduler.parallelism=2",
                    "-Djdk.virtualThreadScheduler.maxPoolSize=2");
            String told = Server.said(process);
            System.out.println("1,000 virtual threads, replies of 200 ms: ms, OS threads before and at most, done: " + told);
            String[] numbers = told.split(" ");
            // At most 64 requests run at a time: 16 rounds of 200 ms. Two carriers that are pinned take 100 s.
            assertTrue(Integer.parseInt(numbers[0]) < 30_000, told);
            // One for each request, and some of Java's own.
            assertTrue(Integer.parseInt(numbers[2]) - Integer.parseInt(numbers[1]) < 64 + 36, told);
            assertEquals(CALLS, Integer.parseInt(numbers[3]));
        }
    }
}
