package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs and servers that the tests talk to. */
final class Server {
    static final Path BUILT = Paths.get(System.getProperty("built"));

    private Server() {}

    /** Runs a class of the tests in a Java of its own. */
    static Process java(String home, String classes, Class<?> main, Map<String, String> environment, String... options)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(home + "/bin/java");
        Collections.addAll(command, options);
        Collections.addAll(command, "-cp", classes, main.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(one -> one.startsWith("DINGTALK_") || one.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** What a process says to its end, which is to be a good one. */
    static String said(Process process) throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        InputStream output = process.getInputStream();
        for (int count; (count = output.read(buffer)) > 0;) {
            said.write(buffer, 0, count);
        }
        String text = said.toString("UTF-8").trim();
        assertEquals(0, process.waitFor(), text);
        return text;
    }

    /** A program of this project that says on its first line where it serves, till its input ends. */
    static class Program implements AutoCloseable {
        private final Process process;
        final String told;

        Program(String name, String... arguments) throws IOException {
            List<String> command = new ArrayList<>();
            command.add(BUILT.resolve(name).toString());
            Collections.addAll(command, arguments);
            process = new ProcessBuilder(command).redirectError(new java.io.File("/dev/null")).start();
            told = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        }

        /** A text of what was told. */
        String field(String name) {
            Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(told);
            if (!found.find()) {
                throw new AssertionError("no " + name + " in " + told);
            }
            return found.group(1);
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
        }
    }

    /** A DingTalk on loopback, without a limit of calls. */
    static final class Sandbox extends Program {
        Sandbox(String... arguments) throws IOException {
            super("dingtalk-extcontact", with(arguments));
        }

        private static String[] with(String[] arguments) {
            List<String> all = new ArrayList<>();
            Collections.addAll(all, "sandbox", "--until-stdin-closes", "--rate", "none");
            Collections.addAll(all, arguments);
            return all.toArray(new String[0]);
        }

        /** Runs a class of the tests in a Java of its own, with what fromEnv needs. */
        Process java(String home, Class<?> main, String... options) throws IOException {
            Map<String, String> environment = new HashMap<>();
            environment.put("DINGTALK_ENDPOINT", field("url"));
            environment.put("DINGTALK_ACCESS_TOKEN", field("access_token"));
            return Server.java(home, System.getProperty("java.class.path"), main, environment, options);
        }

        Client.Builder client() {
            return Client.builder().endpoint(field("url")).accessToken(field("access_token")).rate(0).proxy("none");
        }

        /** The first contacts. */
        List<String> ids() {
            Matcher list = Pattern.compile("\"user_ids\":\\[([^\\]]*)\\]").matcher(told);
            list.find();
            List<String> ids = new ArrayList<>();
            for (String id : list.group(1).split(",")) {
                ids.add(id.substring(1, id.length() - 1));
            }
            return ids;
        }
    }

    /** Reads and never answers, until it is closed: on one thread, however many connect. */
    static final class Silent implements AutoCloseable {
        private final ServerSocketChannel listening = ServerSocketChannel.open();
        private final Selector selector = Selector.open();
        private final Semaphore requests = new Semaphore(0);
        private final Thread thread = new Thread(this::serve, "silent");

        Silent() throws IOException {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
            listening.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            try {
                while (true) {
                    selector.select();
                    for (SelectionKey ready : selector.selectedKeys()) {
                        if (ready.isAcceptable()) {
                            listening.accept().configureBlocking(false).register(selector, SelectionKey.OP_READ);
                        } else if (((SocketChannel) ready.channel()).read(buffer) > 0) {
                            requests.release();
                        } else {
                            ready.channel().close();
                        }
                        buffer.clear();
                    }
                    selector.selectedKeys().clear();
                }
            } catch (IOException | ClosedSelectorException closed) {
                return;
            }
        }

        Client.Builder client() {
            return Client.builder().endpoint("http://127.0.0.1:" + listening.socket().getLocalPort())
                    .accessToken("token").rate(0).proxy("none");
        }

        /** Waits until so many requests came, of which each is read at once. */
        void asked(int count) throws InterruptedException {
            if (!requests.tryAcquire(count, 20, TimeUnit.SECONDS)) {
                throw new AssertionError("no request came");
            }
        }

        /** Nothing came since. */
        void askedNoMore() {
            assertEquals(0, requests.availablePermits());
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        }
    }
}
