/*
 * A test of the examples: closes a client while threads delete with it. Each call ends well or is
 * refused.
 *
 *   java Closing DeleteFfm
 */
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

public final class Closing {
    private static final int THREADS = 8;

    public static void main(String[] args) throws Exception {
        Class<?> of = Class.forName(args[0] + "$Client");
        Method delete = of.getMethod("delete", String.class);
        AutoCloseable client = (AutoCloseable) of.getMethod("fromEnvironment").invoke(null);
        CountDownLatch begun = new CountDownLatch(THREADS);
        AtomicInteger refused = new AtomicInteger();
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            String id = "closing" + i;
            threads[i] = new Thread(() -> {
                Throwable cause = null;
                while (!(cause instanceof IllegalStateException)) {
                    try {
                        delete.invoke(client, id);
                    } catch (InvocationTargetException e) {
                        cause = e.getCause();
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                    begun.countDown();
                }
                refused.incrementAndGet();
            });
            threads[i].start();
        }
        begun.await();
        client.close();
        client.close();
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("refused: " + refused);
    }
}
