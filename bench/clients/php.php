<?php

/*
 * Deletes N times: php.php CLIENT ENDPOINT N. The peers have the whole URL beforehand.
 */

declare(strict_types=1);

const TOKEN = 'token-4711';
const USER_ID = '0125400001';

function ours(string $endpoint, int $calls): void
{
    require __DIR__ . '/../../bindings-php/tests/autoload.php';
    $client = new DingtalkExtcontact\Client(accessToken: TOKEN, endpoint: $endpoint, rate: 0);
    while ($calls-- > 0) {
        $status = $client->delete(USER_ID)->status;
        $status === 'deleted' || throw new Exception($status);
    }
}

function handle(string $endpoint): CurlHandle
{
    $curl = curl_init("$endpoint/topapi/extcontact/delete?access_token=" . TOKEN);
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 10]);
    // Where the server speaks TLS.
    getenv('SSL_CERT_FILE') && curl_setopt($curl, CURLOPT_CAINFO, getenv('SSL_CERT_FILE'));
    return $curl;
}

function post(CurlHandle $curl): void
{
    curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query(['user_id' => USER_ID]));
    $reply = curl_exec($curl);
    is_string($reply) || throw new Exception(curl_error($curl));
    json_decode($reply)->errcode === 0 || throw new Exception($reply);
}

function curl(string $endpoint, int $calls): void
{
    $curl = handle($endpoint);
    while ($calls-- > 0) {
        post($curl);
    }
}

/** As the TOP SDK does, and so with a connection each call. */
function curl_anew(string $endpoint, int $calls): void
{
    while ($calls-- > 0) {
        post(handle($endpoint));
    }
}

[, $client, $endpoint, $calls] = $argv;
$client($endpoint, (int) $calls);
