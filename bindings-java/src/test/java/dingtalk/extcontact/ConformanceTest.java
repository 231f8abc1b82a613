package dingtalk.extcontact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * All conformance cases through the package, side by side. Each outcome is handed to the judge as the
 * library's JSON of it, and put together from what the package says of it.
 */
class ConformanceTest {
    private static final List<String> LINES = Collections.synchronizedList(new ArrayList<>());
    private static final ScheduledExecutorService TIMER = Executors.newScheduledThreadPool(2);

    @TestFactory
    Stream<DynamicTest> cases() throws Exception {
        Client.logTo(LogLevel.DEBUG, (level, line) -> LINES.add(line));
        ExecutorService threads = Executors.newFixedThreadPool(16);
        Map<String, Future<List<String>>> verdicts = new TreeMap<>();
        try (Server.Program program = new Server.Program("dingtalk-extcontact-judge")) {
            int port = Integer.parseInt(program.field("control").split(":")[1]);
            List<String> cases;
            try (Judge judge = new Judge(port)) {
                cases = judge.ask("list", "").list("cases");
            }
            assertFalse(cases.isEmpty());
            for (String name : cases) {
                verdicts.put(name, threads.submit(() -> {
                    try (Judge judge = new Judge(port)) {
                        return run(judge, name);
                    }
                }));
            }
            threads.shutdown();
            threads.awaitTermination(5, TimeUnit.MINUTES);
        } finally {
            Client.logTo(LogLevel.OFF, null);
            TIMER.shutdown();
        }
        return verdicts.entrySet().stream().map(one -> DynamicTest.dynamicTest(one.getKey(),
                () -> assertEquals(Collections.emptyList(), one.getValue().get())));
    }

    /** What differs. */
    private static List<String> run(Judge judge, String name) throws IOException {
        int start = LINES.size();
        Answer wanted = judge.ask("start", ",\"case\":" + quoted(name));
        List<String> jsons = new ArrayList<>();
        List<String> getters = new ArrayList<>();
        Client.Builder builder = Client.builder();
        wanted.below("options").values.forEach((option, value) -> set(builder, option, value));
        try (Client client = builder.build()) {
            for (int at = 0; ; at++) {
                Answer call = wanted.below("calls." + at);
                if (call.values.isEmpty()) {
                    break;
                }
                try {
                    Deletion deletion = make(client, call, at);
                    jsons.add(deletion.toJson());
                    getters.add(fields(deletion));
                } catch (DingTalkException error) {
                    jsons.add(error.toJson());
                    getters.add(fields(error));
                }
            }
        } catch (DingTalkException error) {
            jsons.add(error.toJson());
            getters.add(fields(error));
        }
        List<String> lines = new ArrayList<>(LINES).stream().skip(start).collect(Collectors.toList());
        Answer verdict = judge.ask("finish", ",\"outcomes\":[" + String.join(",", jsons) + "],\"getters\":["
                + String.join(",", getters) + "],\"texts\":["
                + lines.stream().map(ConformanceTest::quoted).collect(Collectors.joining(",")) + "]");
        return "true".equals(verdict.values.get("ok")) ? Collections.emptyList() : verdict.list("differences");
    }

    private static Duration seconds(String seconds) {
        return Duration.ofNanos(new BigDecimal(seconds).movePointRight(9).longValue());
    }

    private static void set(Client.Builder builder, String option, String value) {
        switch (option) {
            case "access_token": builder.accessToken(value); break;
            case "app_key": builder.appKey(value); break;
            case "app_secret": builder.appSecret(value); break;
            case "region": builder.region(value); break;
            case "endpoint": builder.endpoint(value); break;
            case "timeout": builder.timeout(seconds(value)); break;
            case "attempt_timeout": builder.attemptTimeout(seconds(value)); break;
            case "connect_timeout": builder.connectTimeout(seconds(value)); break;
            case "max_attempts": builder.maxAttempts((int) Long.parseLong(value)); break;
            case "rate": builder.rate(value.equals("null") ? 0 : (int) Long.parseLong(value)); break;
            case "missing_ok": builder.missingOk(value.equals("true")); break;
            case "proxy": builder.proxy(value); break;
            case "language": builder.language(value); break;
            case "ca_file": builder.caFile(Paths.get(value)); break;
            default: throw new AssertionError("there is no setter for " + option);
        }
    }

    /** Cancels come by an interrupt. */
    private static Deletion make(Client client, Answer wanted, int at) {
        Map<String, String> call = wanted.values;
        if (call.containsKey("set_access_token")) {
            client.setAccessToken(call.get("set_access_token"));
        }
        if ("true".equals(call.get("close"))) {
            client.close();
        }
        CallOptions options = new CallOptions();
        if (call.containsKey("timeout")) {
            options.timeout(seconds(call.get("timeout")));
        }
        if (call.containsKey("missing_ok")) {
            options.missingOk(call.get("missing_ok").equals("true"));
        }
        Thread self = Thread.currentThread();
        String cancel = call.get("cancel");
        ScheduledFuture<?> timer = null;
        if ("before".equals(cancel)) {
            self.interrupt();
        } else if (cancel != null) {
            timer = TIMER.schedule(self::interrupt, seconds(cancel).toMillis(), TimeUnit.MILLISECONDS);
        }
        try {
            return client.delete(call.get("user_id"), options);
        } finally {
            if (timer != null) {
                timer.cancel(false);
            }
            Thread.interrupted();
        }
    }

    private static String fields(Deletion deletion) {
        return new Fields().add("user_id", deletion.userId())
                .add("status", deletion.status().name().toLowerCase(java.util.Locale.ROOT))
                .add("attempts", deletion.attempts())
                .add("maybe_deleted", deletion.maybeDeleted())
                .add("request_id", deletion.requestId()).json();
    }

    private static String fields(DingTalkException error) {
        Duration after = error.retryAfter();
        return new Fields().add("status", "failed")
                .add("kind", error.kind().name().toLowerCase(java.util.Locale.ROOT))
                .add("message", error.getMessage())
                .add("advice", error.advice())
                .add("attempts", error.attempts())
                .add("retryable", error.retryable())
                .add("maybe_deleted", error.maybeDeleted())
                .add("code", error.code())
                .add("errcode", error.errcode())
                .add("errmsg", error.errmsg())
                .add("sub_code", error.subCode())
                .add("sub_msg", error.subMsg())
                .add("request_id", error.requestId())
                .add("user_id", error.userId())
                .add("http_status", error.httpStatus())
                .add("retry_after", after == null ? null : after.toMillis() / 1000.0).json();
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char one : text.toCharArray()) {
            if (one < ' ' || one == '"' || one == '\\') {
                json.append(String.format("\\u%04x", (int) one));
            } else {
                json.append(one);
            }
        }
        return json.append('"').toString();
    }

    /** An object of JSON; what is not known is left out. */
    private static final class Fields {
        private final List<String> fields = new ArrayList<>();

        Fields add(String name, Object value) {
            if (value != null) {
                fields.add(quoted(name) + ":" + (value instanceof String ? quoted((String) value) : value));
            }
            return this;
        }

        String json() {
            return "{" + String.join(",", fields) + "}";
        }
    }

    /** What the judge answers: texts by their path, such as calls.0.user_id. */
    private static final class Answer {
        private final Map<String, String> values = new TreeMap<>();

        Answer below(String path) {
            Answer part = new Answer();
            values.forEach((name, value) -> {
                if (name.startsWith(path + ".")) {
                    part.values.put(name.substring(path.length() + 1), value);
                }
            });
            return part;
        }

        List<String> list(String path) {
            List<String> texts = new ArrayList<>();
            for (String text; (text = values.get(path + "." + texts.size())) != null;) {
                texts.add(text);
            }
            return texts;
        }
    }

    /** One request, a line of JSON, and one answer at a time, lines that an empty one ends. */
    private static final class Judge implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader answers;

        Judge(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        Answer ask(String op, String fields) throws IOException {
            OutputStream output = socket.getOutputStream();
            output.write(("{\"op\":" + quoted(op) + ",\"plain\":true" + fields + "}\n").getBytes(StandardCharsets.UTF_8));
            Answer answer = new Answer();
            for (String line; !(line = answers.readLine()).isEmpty();) {
                int equals = line.indexOf('=');
                answer.values.put(line.substring(0, equals),
                        URLDecoder.decode(line.substring(equals + 1).replace("+", "%2B"), "UTF-8"));
            }
            assertFalse(answer.values.containsKey("error"), answer.values.get("error"));
            return answer;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
