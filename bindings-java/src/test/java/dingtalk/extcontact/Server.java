package dingtalk.extcontact;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs and servers that the tests talk to. */
final class Server {
    static final Path BUILT = Paths.get(System.getProperty("built"));

    private Server() {}

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

    /** Reads and never answers, until it is closed. */
    static final class Silent implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
        private final Semaphore requests = new Semaphore(0);

        Silent() throws IOException {
            daemon(() -> {
                while (true) {
                    Socket socket = listening.accept();
                    sockets.add(socket);
                    daemon(() -> {
                        InputStream input = socket.getInputStream();
                        byte[] buffer = new byte[4096];
                        while (input.read(buffer) > 0) {
                            requests.release();
                        }
                    });
                }
            });
        }

        private interface Work {
            void run() throws IOException;
        }

        private static void daemon(Work work) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (IOException closed) {
                    return;
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        Client.Builder client() {
            return Client.builder().endpoint("http://127.0.0.1:" + listening.getLocalPort())
                    .accessToken("token").rate(0).proxy("none");
        }

        /** Waits until so many requests came, of which each is read at once. */
        void asked(int count) throws InterruptedException {
            if (!requests.tryAcquire(count, 20, TimeUnit.SECONDS)) {
                throw new AssertionError("no request came");
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
