// Made of the C header by tools/declarations; `make header` renews it.
package dingtalk.extcontact;

import java.nio.file.Path;
import java.time.Duration;

/** Options of a client. */
abstract class ClientOptions<T> extends Options<T> {
    /**
     * Sets the access token, which you keep fresh with {@code setAccessToken}. Either this, or appKey and
     * appSecret.
     *
     * @param accessToken the value
     * @return these options
     */
    public T accessToken(String accessToken) {
        return set("access_token", "accessToken", accessToken);
    }

    /**
     * Sets the key of the app (its client id); the client fetches and refreshes the token.
     *
     * @param appKey the value
     * @return these options
     */
    public T appKey(String appKey) {
        return set("app_key", "appKey", appKey);
    }

    /**
     * Sets the secret of the app, along with its key.
     *
     * @param appSecret the value
     * @return these options
     */
    public T appSecret(String appSecret) {
        return set("app_secret", "appSecret", appSecret);
    }

    /**
     * Sets the region of the organisation: "international" (the default) or "china".
     *
     * @param region the value
     * @return these options
     */
    public T region(String region) {
        return set("region", "region", region);
    }

    /**
     * Sets the base URL of a sandbox or a gateway instead of the region's hosts: https, or http to a
     * loopback address.
     *
     * @param endpoint the value
     * @return these options
     */
    public T endpoint(String endpoint) {
        return set("endpoint", "endpoint", endpoint);
    }

    /**
     * Sets how long a call may take from when it gets its turn: token, every attempt and pause. From a
     * millisecond to a day; 30 s unless set.
     *
     * @param timeout a time
     * @return these options
     */
    public T timeout(Duration timeout) {
        return set("timeout", "timeout", timeout);
    }

    /**
     * Sets how long one attempt may take, from its start to the last byte of the reply. From a millisecond
     * to a day; 10 s unless set.
     *
     * @param attemptTimeout a time
     * @return these options
     */
    public T attemptTimeout(Duration attemptTimeout) {
        return set("attempt_timeout", "attemptTimeout", attemptTimeout);
    }

    /**
     * Sets how long lookup, connection and TLS handshake may take together. From a millisecond to a day; 5 s
     * unless set.
     *
     * @param connectTimeout a time
     * @return these options
     */
    public T connectTimeout(Duration connectTimeout) {
        return set("connect_timeout", "connectTimeout", connectTimeout);
    }

    /**
     * Sets how many attempts a call makes at most, from 1 to 100; 3 unless set. 1 turns retries off; even so
     * there can be a second request, where a kept connection has died or a new token is needed.
     *
     * @param maxAttempts a number
     * @return these options
     */
    public T maxAttempts(int maxAttempts) {
        return set("max_attempts", "maxAttempts", maxAttempts);
    }

    /**
     * Sets how many requests each API may get in any one second at the service's clock, from 1 to 10000; 0
     * is no limit. 20 unless set, the limit of DingTalk's standard edition.
     *
     * @param rate a number
     * @return these options
     */
    public T rate(int rate) {
        return set("rate", "rate", rate);
    }

    /**
     * Sets whether "no such contact" ends a call as absent instead of as an error; false unless set. It
     * hides ids that are damaged.
     *
     * @param missingOk whether it does
     * @return these options
     */
    public T missingOk(boolean missingOk) {
        return set("missing_ok", "missingOk", missingOk);
    }

    /**
     * Sets the proxy: "environment" (the default: HTTPS_PROXY, ALL_PROXY, and NO_PROXY with names, addresses
     * and ranges of them, read by {@code build}), "none", or a URL (http, https, socks5).
     *
     * @param proxy the value
     * @return these options
     */
    public T proxy(String proxy) {
        return set("proxy", "proxy", proxy);
    }

    /**
     * Sets a file of PEM certificates to trust instead of the system's. Each certificate in it is read, or
     * refused with its line.
     *
     * @param caFile its place
     * @return these options
     */
    public T caFile(Path caFile) {
        return set("ca_file", "caFile", caFile);
    }

    /**
     * Sets the language of the advice of errors and checks: "en" (the default) or "zh". All else, messages
     * too, is the same in every language.
     *
     * @param language the value
     * @return these options
     */
    public T language(String language) {
        return set("language", "language", language);
    }
}
