<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

use FFI\CData;

/**
 * Deletes external contacts. It keeps its connections, its token and the rate: make one and use it for all.
 * What each option means, and what it is unless set, stands in the README.
 */
final class Client
{
    private CData $handle;

    /**
     * @param bool $env the environment's credentials and place, and the options on top
     * @param bool $shared the same client for the same options in this process, whatever the request: for php-fpm
     * @throws DingTalkException for an option that is refused
     */
    public function __construct(
        #[\SensitiveParameter] ?string $accessToken = null,
        ?string $appKey = null,
        #[\SensitiveParameter] ?string $appSecret = null,
        ?string $region = null,
        ?string $endpoint = null,
        ?int $timeoutMs = null,
        ?int $attemptTimeoutMs = null,
        ?int $connectTimeoutMs = null,
        ?int $maxAttempts = null,
        ?int $rate = null,
        ?bool $missingOk = null,
        #[\SensitiveParameter] ?string $proxy = null,
        ?string $caFile = null,
        ?string $language = null,
        bool $env = false,
        bool $shared = false,
    ) {
        $values = array_diff_key(get_defined_vars(), ['env' => true, 'shared' => true]);
        $library = Library::get();
        $options = $env ? $library->dtx_options_from_env() : $library->dtx_options_new();
        try {
            Library::set('dtx_options', $options, $values);
            $this->handle = Library::make('dtx_client', $shared ? 'dtx_client_shared' : 'dtx_client_new', [$options]);
        } finally {
            $library->dtx_options_free($options);
        }
    }

    /**
     * With what the environment names, such as DINGTALK_APP_KEY; options by their names come on top. They are all
     * named here once more, as a trace would show the secrets of named ones that are gathered.
     */
    public static function fromEnv(
        #[\SensitiveParameter] ?string $accessToken = null,
        ?string $appKey = null,
        #[\SensitiveParameter] ?string $appSecret = null,
        ?string $region = null,
        ?string $endpoint = null,
        ?int $timeoutMs = null,
        ?int $attemptTimeoutMs = null,
        ?int $connectTimeoutMs = null,
        ?int $maxAttempts = null,
        ?int $rate = null,
        ?bool $missingOk = null,
        #[\SensitiveParameter] ?string $proxy = null,
        ?string $caFile = null,
        ?string $language = null,
        bool $shared = false,
    ): self {
        return new self(...get_defined_vars(), env: true);
    }

    /** Lets go of the client; batches made with it go on. */
    public function __destruct()
    {
        if (isset($this->handle)) {
            Library::get()->dtx_client_free($this->handle);
            unset($this->handle);
        }
    }

    private function __clone()
    {
    }

    /** Later calls are refused; those under way finish. Doing it again does nothing. */
    public function close(): void
    {
        Library::get()->dtx_client_close($this->handle);
    }

    /** Replaces the token that the client was made with. */
    public function setAccessToken(#[\SensitiveParameter] string $accessToken): void
    {
        $token = Library::text($accessToken, 'accessToken');
        Library::make(null, 'dtx_client_set_access_token', [$this->handle, $token]);
    }

    /**
     * Deletes a contact.
     *
     * @param string $userId sent byte for byte
     * @param ?int $timeoutMs instead of the client's
     * @param ?bool $missingOk instead of the client's
     * @param ?\Closure(): bool $cancelWhen asked every 50 ms while the call waits: true ends it
     * @throws DingTalkException it was not deleted, or nobody knows: maybeDeleted says which
     */
    public function delete(
        mixed $userId,
        ?int $timeoutMs = null,
        ?bool $missingOk = null,
        ?\Closure $cancelWhen = null,
    ): Deletion {
        $arguments = [Library::text($userId, 'userId')];
        $call = new Call($cancelWhen, compact('timeoutMs', 'missingOk'));
        return new Deletion($this->call('dtx_deletion', 'dtx_client_delete', $arguments, $call));
    }

    /**
     * Deletes many contacts, several at a time. Ids are taken as they are needed; what came of each is an item, in
     * the order in which they end. The generator's return value is the Summary.
     *
     * A generator that is dropped starts no more calls and waits for those under way. What the ids, a signal handler
     * or $cancelWhen throw comes out after the items of those; of the latter two, they are cancelled.
     *
     * @param iterable<string> $userIds
     * @param ?\Closure(): bool $cancelWhen asked every 50 ms while the batch waits: true cancels it
     * @return \Generator<int, Item, mixed, Summary>
     * @throws DingTalkException for an option that is refused, or a journal that cannot be used
     */
    public function deleteMany(
        iterable $userIds,
        ?int $concurrency = null,
        ?string $journal = null,
        ?string $backup = null,
        ?bool $missingOk = null,
        ?bool $stopOnMissing = null,
        ?\Closure $cancelWhen = null,
    ): \Generator {
        $library = Library::get();
        $options = $library->dtx_batch_options_new();
        try {
            $values = compact('concurrency', 'journal', 'backup', 'missingOk', 'stopOnMissing');
            Library::set('dtx_batch_options', $options, $values);
            $batch = Library::make('dtx_batch', 'dtx_batch_new', [$this->handle, $options]);
        } finally {
            $library->dtx_batch_options_free($options);
        }
        return (new Batch($batch, new Call($cancelWhen)))->items((static fn () => yield from $userIds)());
    }

    /** The record of a contact: to look whether it is still there, or to keep a copy. */
    public function get(mixed $userId, ?int $timeoutMs = null, ?\Closure $cancelWhen = null): Contact
    {
        $arguments = [Library::text($userId, 'userId')];
        $call = new Call($cancelWhen, compact('timeoutMs'));
        return new Contact($this->call('dtx_contact', 'dtx_client_get', $arguments, $call));
    }

    /**
     * All contacts, read page by page as they are needed. They may be deleted meanwhile.
     *
     * @param ?int $timeoutMs of each page
     * @return \Generator<int, Contact>
     */
    public function contacts(?int $timeoutMs = null, ?\Closure $cancelWhen = null): \Generator
    {
        $contacts = Library::make('dtx_contacts', 'dtx_client_contacts', [$this->handle]);
        $call = new Call($cancelWhen, compact('timeoutMs'));
        try {
            while ($fields = $call->result('dtx_contact', 'dtx_contacts_next', [$contacts])) {
                yield new Contact($fields);
            }
        } finally {
            Library::get()->dtx_contacts_free($contacts);
        }
    }

    /**
     * Creates a deleted contact again, under a new id; nobody is created twice. Without a certain answer the status
     * is "may_be_created", also where the call was ended early: call again with $lookFirst then.
     *
     * @param array<string, mixed> $record of a Contact, or of a line of a backup
     * @param bool $lookFirst an earlier call may have created it: all contacts are looked through for it first
     * @throws DingTalkException it was not created
     */
    public function restore(
        array $record,
        bool $lookFirst = false,
        ?int $timeoutMs = null,
        ?\Closure $cancelWhen = null,
    ): Restoration {
        $arguments = [Library::text(json_encode((object) $record, \JSON_THROW_ON_ERROR), 'record'), (int) $lookFirst];
        $call = new Call($cancelWhen, compact('timeoutMs'));
        return new Restoration($this->call('dtx_restoration', 'dtx_client_restore', $arguments, $call));
    }

    /** Says what stands and what is missing before contacts can be deleted; with $write it tries the permission. */
    public function check(bool $write = false, ?int $timeoutMs = null, ?\Closure $cancelWhen = null): Check
    {
        $call = new Call($cancelWhen, compact('timeoutMs'));
        return new Check($this->call('dtx_check', 'dtx_client_check', [(int) $write], $call));
    }

    /**
     * @param list<mixed> $arguments
     * @return array<string, mixed>
     */
    private function call(string $type, string $function, array $arguments, Call $call): array
    {
        return (array) $call->result($type, $function, [$this->handle, ...$arguments]);
    }
}
