<?php

/*
 * Some of the conformance cases through the package: conformance.php ADDRESS PART PARTS, where ADDRESS is the
 * judge's. Prints a line of JSON for each case: its name, and what differs.
 */

declare(strict_types=1);

use DingtalkExtcontact\Client;
use DingtalkExtcontact\Deletion;
use DingtalkExtcontact\DingTalkException;

require __DIR__ . '/autoload.php';

function ask($judge, array $request): array
{
    fwrite($judge, json_encode($request) . "\n");
    $answer = json_decode((string) fgets($judge), true);
    return isset($answer['error']) || $answer === null ? throw new Exception(json_encode($answer)) : $answer;
}

/** Options as the package calls them: times in milliseconds, and no limit is 0. */
function options(array $given): array
{
    $options = [];
    foreach ($given as $name => $value) {
        $time = str_ends_with($name, 'timeout');
        $name = lcfirst(str_replace('_', '', ucwords($name, '_'))) . ($time ? 'Ms' : '');
        $options[$name] = $time ? (int) round($value * 1000) : $value ?? 0;
    }
    return $options;
}

/** The outcome put together from what the package has typed. */
function getters(Deletion|DingTalkException $outcome): array
{
    $fields = $outcome instanceof Deletion ? [] : ['status' => 'failed', 'message' => $outcome->getMessage()];
    foreach ((new ReflectionObject($outcome))->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
        $name = strtolower(preg_replace('/[A-Z]/', '_$0', $property->getName()));
        $fields[$name === 'api_code' ? 'code' : $name] = $property->getValue($outcome);
    }
    return array_filter($fields, static fn ($value) => $value !== null);
}

function outcome(Client $client, array $call): Deletion|DingTalkException
{
    if (isset($call['set_access_token'])) {
        $client->setAccessToken($call['set_access_token']);
    }
    if ($call['close'] ?? false) {
        $client->close();
    }
    $cancel = $call['cancel'] ?? null;
    $until = microtime(true) + (float) ($cancel === 'before' ? 0 : $cancel);
    $options = options(array_intersect_key($call, ['timeout' => 1, 'missing_ok' => 1]));
    if ($cancel !== null) {
        $options['cancelWhen'] = static fn (): bool => microtime(true) >= $until;
    }
    try {
        return $client->delete($call['user_id'], ...$options);
    } catch (DingTalkException $error) {
        return $error;
    }
}

[, $address, $part, $parts] = $argv;
$judge = stream_socket_client("tcp://$address");
foreach (ask($judge, ['op' => 'list'])['cases'] as $index => $case) {
    if ($index % $parts !== (int) $part) {
        continue;
    }
    $given = ask($judge, ['op' => 'start', 'case' => $case]);
    $outcomes = $texts = [];
    try {
        $client = new Client(...options($given['options']));
        foreach ($given['calls'] as $call) {
            $outcomes[] = outcome($client, $call);
        }
        $texts[] = print_r($client, true);
    } catch (DingTalkException $error) {
        $outcomes[] = $error;
    }
    foreach ($outcomes as $outcome) {
        $texts[] = print_r($outcome, true) . serialize(json_encode($outcome));
        $texts[] = $outcome instanceof Throwable ? "$outcome" . print_r($outcome->getTrace(), true) : '';
    }
    $getters = array_map('getters', $outcomes);
    $told = ask($judge, compact('outcomes', 'getters', 'texts') + ['op' => 'finish']);
    echo json_encode([$case, $told['differences'] ?? []]), "\n";
}
