import dingtalk.extcontact.Client;
import dingtalk.extcontact.Status;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;

/** Deletes N times with one client: Calls CLIENT ENDPOINT N. Peers get the whole URL beforehand. */
public final class Calls {
    private static final String TOKEN = "token-4711";
    private static final String USER_ID = "0125400001";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String BODY = "user_id=" + USER_ID;

    private interface Call {
        void make() throws Exception;
    }

    /** The least that a program can do with a reply. */
    private static void check(String reply) {
        if (!reply.contains("\"errcode\":0")) {
            throw new IllegalStateException(reply);
        }
    }

    private static Call call(String client, String endpoint) {
        String url = endpoint + "/topapi/extcontact/delete?access_token=" + TOKEN;
        switch (client) {
            case "ours": return ours(endpoint);
            case "http_client": return httpClient(url);
            case "apache": return apache(url);
            case "top_sdk": return () -> check(urlConnection(url, true));
            case "url_connection": return () -> check(urlConnection(url, false));
            default: throw new IllegalArgumentException(client);
        }
    }

    private static Call ours(String endpoint) {
        Client client = Client.builder().endpoint(endpoint).accessToken(TOKEN).rate(0).build();
        return () -> {
            if (client.delete(USER_ID).status() != Status.DELETED) {
                throw new IllegalStateException();
            }
        };
    }

    private static Call httpClient(String url) {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .header("content-type", FORM).timeout(Duration.ofSeconds(10));
        return () -> check(client.send(request.POST(HttpRequest.BodyPublishers.ofString(BODY)).build(),
                HttpResponse.BodyHandlers.ofString()).body());
    }

    private static Call apache(String url) {
        CloseableHttpClient client = HttpClients.createDefault();
        return () -> {
            HttpPost request = new HttpPost(url);
            request.setEntity(new StringEntity(BODY, ContentType.APPLICATION_FORM_URLENCODED));
            check(client.execute(request, response -> EntityUtils.toString(response.getEntity())));
        };
    }

    /** The TOP SDK calls so, and disconnects after each call. */
    private static String urlConnection(String url, boolean disconnects) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
        connection.setRequestMethod("POST");
        connection.setConnectTimeout(5000);
        connection.setReadTimeout(10000);
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", FORM + ";charset=UTF-8");
        connection.getOutputStream().write(BODY.getBytes(StandardCharsets.UTF_8));
        try (InputStream reply = connection.getInputStream()) {
            return new String(reply.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            if (disconnects) {
                connection.disconnect();
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        Call call = call(arguments[0], arguments[1]);
        for (int left = Integer.parseInt(arguments[2]); left > 0; left--) {
            call.make();
        }
        System.exit(0);
    }
}
