<?php
/*
 * Deletes the external contacts whose ids are given.
 *
 *   composer require dingtalk-extcontact/dingtalk-extcontact
 *   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
 *   php delete.php 0125400001 0125400002
 *
 * DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
 * DINGTALK_REGION to the hosts in China. DINGTALK_EXTCONTACT_LIBRARY says where the C library is,
 * if the loader does not find it.
 *
 * Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
 */
declare(strict_types=1);

require __DIR__ . '/vendor/autoload.php';

use DingtalkExtcontact\Client;
use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Exception\InvalidArgumentException;

function print_error(string $what, DingTalkException $error): void
{
    $fields = [
        'kind' => $error->kind,
        'code' => $error->apiCode,
        'message' => $error->getMessage(),
        'advice' => $error->advice,
        'request id' => $error->requestId,
        'may be gone' => $error->maybeDeleted ? 'yes' : 'no',
        'retry after' => $error->retryAfter === null ? null : $error->retryAfter * 1000 . ' ms',
    ];
    fwrite(STDERR, "failed: $what\n");
    foreach ($fields as $name => $value) {
        if ($value !== null) {
            fwrite(STDERR, "  $name: $value\n");
        }
    }
}

$ids = array_slice($argv, 1);
if (!$ids) {
    fwrite(STDERR, "usage: php $argv[0] ID...\n");
    exit(2);
}
try {
    $client = Client::fromEnv();
} catch (DingTalkException $error) {
    print_error('no client', $error);
    exit(2);
}
$failed = $refused = 0;
foreach ($ids as $id) {
    try {
        $deletion = $client->delete($id);
        // Absent is fine, but not the same: it does not prove that the id was ever right.
        echo "$deletion->status: $id (request id ", $deletion->requestId ?? 'not known', ')';
        if ($deletion->maybeDeleted) {
            echo ', perhaps deleted just now: the reply to an earlier request was lost';
        }
        echo "\n";
    } catch (DingTalkException $error) {
        print_error($id, $error);
        $failed++;
        // Refused before anything was sent.
        $refused += $error instanceof InvalidArgumentException ? 1 : 0;
    }
}
if ($failed === 0) {
    exit(0);
}
exit($refused === count($ids) ? 2 : 1);
