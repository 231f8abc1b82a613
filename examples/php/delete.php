<?php
/*
 * Deletes the external contacts whose ids are given.
 *
 *   export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
 *   php delete.php 0125400001 0125400002
 *
 * DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
 * DINGTALK_REGION to the hosts in China. DINGTALK_EXTCONTACT_HEADER says where the header is, if
 * not in /usr/local/include.
 *
 * It needs PHP 7.4 with the FFI extension. The command line may use that as it is; under php-fpm
 * set ffi.enable=1, or load the header once with opcache.preload.
 *
 * Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
 */
declare(strict_types=1);

/** Why a contact was not deleted, or a client not made. What is not known is null. */
final class DingTalkError extends RuntimeException
{
    public int $kind;
    public string $kindName;
    public ?string $apiCode;
    public ?string $advice;
    public ?string $requestId;
    public bool $maybeDeleted;
    public ?int $retryAfterMs = null;

    /** Takes all it needs out of the library's error, and frees that. */
    public function __construct(FFI $library, FFI\CData $error)
    {
        // A const char* comes back as a PHP string of its own, a NULL as null.
        parent::__construct($library->dtx_error_message($error));
        $this->kind = $library->dtx_error_kind($error);
        $this->kindName = $library->dtx_result_name($this->kind);
        $this->apiCode = $library->dtx_error_code($error);
        $this->advice = $library->dtx_error_advice($error);
        $this->requestId = $library->dtx_error_request_id($error);
        $this->maybeDeleted = $library->dtx_error_maybe_deleted($error) !== 0;
        $milliseconds = $library->new('uint64_t');
        if ($library->dtx_error_retry_after_ms($error, FFI::addr($milliseconds))) {
            $this->retryAfterMs = $milliseconds->cdata;
        }
        $library->dtx_error_free($error);
    }
}

/** Make one and use it for all: it keeps its connection and its token, and heeds the rate limit. */
final class DingTalkContacts
{
    private FFI $library;
    private ?FFI\CData $client = null;

    public function __construct()
    {
        $this->library = self::load();
        // NULL so far; the library writes the handles there.
        $client = $this->library->new('dtx_client *');
        $error = $this->library->new('dtx_error *');

        $options = $this->library->dtx_options_from_env();
        $result = $this->library->dtx_client_new($options, FFI::addr($client), FFI::addr($error));
        $this->library->dtx_options_free($options);
        if ($result !== $this->library->DTX_OK) {
            throw new DingTalkError($this->library, $error);
        }
        $this->client = $client;
    }

    public function __destruct()
    {
        $this->close();
    }

    /** A copy would free the same client again. */
    private function __clone()
    {
    }

    /** Later calls are refused. */
    public function close(): void
    {
        if ($this->client !== null) {
            $this->library->dtx_client_free($this->client);
            $this->client = null;
        }
    }

    /** @return array{status: string, requestId: ?string, maybeDeleted: bool} */
    public function delete(string $userId): array
    {
        // A NUL inside a string would end it for C: another contact could be meant then.
        if (strpos($userId, "\0") !== false) {
            throw new InvalidArgumentException('user_id with a NUL character in it');
        }
        if ($this->client === null) {
            throw new LogicException('the client is closed');
        }
        $library = $this->library;
        $deletion = $library->new('dtx_deletion *');
        $error = $library->new('dtx_error *');

        $result = $library->dtx_client_delete(
            $this->client, $userId, null, FFI::addr($deletion), FFI::addr($error)
        );
        if ($result !== $library->DTX_OK) {
            throw new DingTalkError($library, $error);
        }
        $status = $library->dtx_deletion_status($deletion);
        $outcome = [
            'status' => $status === $library->DTX_STATUS_DELETED ? 'deleted' : 'absent',
            'requestId' => $library->dtx_deletion_request_id($deletion),
            'maybeDeleted' => $library->dtx_deletion_maybe_deleted($deletion) !== 0,
        ];
        $library->dtx_deletion_free($deletion);
        return $outcome;
    }

    public function invalidArgument(): int
    {
        return $this->library->DTX_INVALID_ARGUMENT;
    }

    private static function load(): FFI
    {
        $header = getenv('DINGTALK_EXTCONTACT_HEADER')
            ?: '/usr/local/include/dingtalk_extcontact.h';
        // FFI reads C, but for preprocessor lines, which it skips, and extern "C", which is C++.
        $declarations = preg_replace('/#ifdef __cplusplus.*?#endif/s', '', file_get_contents($header));
        return FFI::cdef($declarations, 'libdingtalk_extcontact.so');
    }
}

function print_error(string $what, DingTalkError $error): void
{
    $fields = [
        'kind' => $error->kindName,
        'code' => $error->apiCode,
        'message' => $error->getMessage(),
        'advice' => $error->advice,
        'request id' => $error->requestId,
        'may be gone' => $error->maybeDeleted ? 'yes' : 'no',
        'retry after' => $error->retryAfterMs === null ? null : "$error->retryAfterMs ms",
    ];
    fwrite(STDERR, "failed: $what\n");
    foreach ($fields as $name => $value) {
        if ($value !== null) {
            fwrite(STDERR, "  $name: $value\n");
        }
    }
}

// Included by another program, it only brings its classes.
if (realpath($_SERVER['SCRIPT_FILENAME']) !== __FILE__) {
    return;
}
$ids = array_slice($argv, 1);
if (!$ids) {
    fwrite(STDERR, "usage: php $argv[0] ID...\n");
    exit(2);
}
try {
    $contacts = new DingTalkContacts();
} catch (DingTalkError $error) {
    print_error('no client', $error);
    exit(2);
}
$failed = $refused = 0;
foreach ($ids as $id) {
    try {
        $outcome = $contacts->delete($id);
        // Absent is fine, but not the same: it does not prove that the id was ever right.
        echo "$outcome[status]: $id (request id ", $outcome['requestId'] ?? 'not known', ')';
        if ($outcome['maybeDeleted']) {
            echo ', perhaps deleted just now: the reply to an earlier request was lost';
        }
        echo "\n";
    } catch (DingTalkError $error) {
        print_error($id, $error);
        $failed++;
        // Refused before anything was sent.
        $refused += $error->kind === $contacts->invalidArgument() ? 1 : 0;
    }
}
if ($failed === 0) {
    exit(0);
}
exit($refused === count($ids) ? 2 : 1);
