<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * What the C library does with a client.
 *
 * @internal
 */
trait ClientMethods
{
    /**
     * Makes a client. Options, proxy variables and certificates are read here, once; nothing is sent.
     *
     * @param ?string $accessToken the access token, which you keep fresh with setAccessToken(). Either this, or
     *     appKey and appSecret.
     * @param ?string $appKey the key of the app (its client id); the client fetches and refreshes the token.
     * @param ?string $appSecret the secret of the app, along with its key.
     * @param ?string $region the region of the organisation: "international" (the default) or "china".
     * @param ?string $endpoint the base URL of a sandbox or a gateway instead of the region's hosts: https, or http
     *     to a loopback address.
     * @param ?int $timeoutMs how long a call may take from when it gets its turn: token, every attempt and pause.
     *     From 1 to 86400000 (a day); 30000 unless set. In milliseconds.
     * @param ?int $attemptTimeoutMs how long one attempt may take, from its start to the last byte of the reply.
     *     From 1 to 86400000; 10000 unless set. In milliseconds.
     * @param ?int $connectTimeoutMs how long lookup, connection and TLS handshake may take together. From 1 to
     *     86400000; 5000 unless set. In milliseconds.
     * @param ?int $maxAttempts how many attempts a call makes at most, from 1 to 100; 3 unless set. 1 turns retries
     *     off; even so there can be a second request, where a kept connection has died or a new token is needed.
     * @param ?int $rate how many requests each API may get in any one second at the service's clock, from 1 to
     *     10000; 0 is no limit. 20 unless set, the limit of DingTalk's standard edition.
     * @param ?bool $missingOk whether "no such contact" ends a call as absent instead of as an error; false unless
     *     set. It hides ids that are damaged.
     * @param ?string $proxy the proxy: "environment" (the default: HTTPS_PROXY, ALL_PROXY, and NO_PROXY with names,
     *     addresses and ranges of them, read by the constructor), "none", or a URL (http, https, socks5).
     * @param ?string $caFile a file of PEM certificates to trust instead of the system's. Each certificate in it is
     *     read, or refused with its line.
     * @param ?string $language the language of the advice of errors and checks: "en" (the default) or "zh". All
     *     else, messages too, is the same in every language.
     * @param bool $env with what the environment names: DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and
     *     DINGTALK_APP_SECRET; DINGTALK_REGION, DINGTALK_ENDPOINT; the other options come on top
     * @param bool $shared the client of this process with these options: the same for all who ask with the same,
     *     made where there is none yet. For programs that cannot keep one, such as the workers of php-fpm, which
     *     would fetch a token for each request. The connections, the token and the rate are those of all; so is a
     *     token that setAccessToken() sets. To let go of it leaves the client to who asks later. close() closes it
     *     once all who have it now have let go of it, and who asks from then on gets another one. With accessToken
     *     at most 16 clients are kept so; the one that was asked for least recently is dropped, and lives on for
     *     those who have it. Options are compared by a keyed hash, and no secret is kept twice. After fork the
     *     child makes its own.
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
        $options = get_defined_vars();
        unset($options['env'], $options['shared']);
        $this->open($options, $env, $shared);
    }

    /**
     * With what the environment names: DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and DINGTALK_APP_SECRET;
     * DINGTALK_REGION, DINGTALK_ENDPOINT. Options are those of the constructor, and come on top.
     *
     * @throws DingTalkException for an option that is refused
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

    /**
     * Deletes the contact $userId, sent byte for byte. Waits until the call has ended.
     *
     * @param string $userId
     * @param ?int $timeoutMs how long this call may take, from 1 to 86400000, instead of the client's timeoutMs. In
     *     milliseconds.
     * @param ?bool $missingOk whether "no such contact" ends this call as absent, instead of the client's
     *     missingOk.
     * @param ?\Closure(): bool $cancelWhen asked every 50 ms while it waits: true ends it
     * @return Deletion it is gone, and its status says whether it was there.
     * @throws DingTalkException it was not deleted, or nobody knows; maybeDeleted says which.
     */
    public function delete(
        mixed $userId,
        ?int $timeoutMs = null,
        ?bool $missingOk = null,
        ?\Closure $cancelWhen = null,
    ): Deletion {
        $call = new Call($cancelWhen, ['timeoutMs' => $timeoutMs, 'missingOk' => $missingOk]);
        return new Deletion($call->result('dtx_deletion', 'dtx_client_delete', [
            $this->handle->pointer,
            Library::text($userId, 'userId'),
            $call->handle->pointer,
        ]));
    }

    /**
     * Replaces the access token that the client was made with. Calls under way go on with the old one, and take the
     * new one up if the old one is refused.
     *
     * @throws Exception\InvalidArgumentException it cannot be a token, the client has app credentials, or it is
     *     closed.
     * @throws DingTalkException
     */
    public function setAccessToken(#[\SensitiveParameter] string $accessToken): void
    {
        Library::call('dtx_client_set_access_token', [
            $this->handle->pointer,
            Library::text($accessToken, 'accessToken'),
        ]);
    }

    /**
     * Says what stands and what is missing before contacts can be deleted, step by step: credentials, name lookup,
     * proxy, connection, TLS, clock, token, the permission to read (by a page of one contact), white list, limits.
     * Nothing is deleted. Where $write is true, the permission to delete is tried, too, by a deletion of an id that
     * cannot exist, and only after the service has said that there is no such contact. A step that fails is no
     * error: it stands in the result.
     *
     * @param ?int $timeoutMs how long these calls may take, from 1 to 86400000, instead of the client's timeoutMs.
     *     In milliseconds.
     * @param ?\Closure(): bool $cancelWhen asked every 50 ms while it waits: true ends it
     * @throws DingTalkException
     */
    public function check(bool $write = false, ?int $timeoutMs = null, ?\Closure $cancelWhen = null): Check
    {
        $call = new Call($cancelWhen, ['timeoutMs' => $timeoutMs]);
        return new Check($call->result('dtx_check', 'dtx_client_check', [
            $this->handle->pointer,
            (int) $write,
            $call->handle->pointer,
        ]));
    }

    /**
     * Asks for the record of the contact $userId: to look whether it is still there, or to keep a copy. Waits as
     * delete() does. The app needs the permission point qyapi_ext_read.
     *
     * @param string $userId
     * @param ?int $timeoutMs how long this call may take, from 1 to 86400000, instead of the client's timeoutMs. In
     *     milliseconds.
     * @param ?\Closure(): bool $cancelWhen asked every 50 ms while it waits: true ends it
     * @throws Exception\InvalidUserIdException there is no such contact.
     * @throws DingTalkException
     */
    public function get(mixed $userId, ?int $timeoutMs = null, ?\Closure $cancelWhen = null): Contact
    {
        $call = new Call($cancelWhen, ['timeoutMs' => $timeoutMs]);
        return new Contact($call->result('dtx_contact', 'dtx_client_get', [
            $this->handle->pointer,
            Library::text($userId, 'userId'),
            $call->handle->pointer,
        ]));
    }

    /**
     * Creates the contact of a record again, under a new id: that of a Contact, or of a line of a backup. What the
     * service does not take is lost: the id, the e-mail address, the history. Nobody is created twice: the old id
     * is asked for first, and who is still there stays. Then one request is sent, and sent again only where it was
     * certainly refused. Without a certain answer the status is "may_be_created", also after a cancel; call again
     * with $lookFirst then. The app needs the permission points qyapi_ext_read and qyapi_ext_write.
     *
     * @param array<string, mixed> $record a JSON object, decoded.
     * @param bool $lookFirst true where an earlier call may have created it: all contacts are looked through for
     *     one with its number first.
     * @param ?int $timeoutMs how long each request's call may take, from 1 to 86400000, instead of the client's
     *     timeoutMs. In milliseconds.
     * @param ?\Closure(): bool $cancelWhen asked every 50 ms while it waits: true ends it
     * @throws DingTalkException it was not created.
     */
    public function restore(
        array $record,
        bool $lookFirst = false,
        ?int $timeoutMs = null,
        ?\Closure $cancelWhen = null,
    ): Restoration {
        $call = new Call($cancelWhen, ['timeoutMs' => $timeoutMs]);
        return new Restoration($call->result('dtx_restoration', 'dtx_client_restore', [
            $this->handle->pointer,
            json_encode((object) $record, \JSON_THROW_ON_ERROR),
            (int) $lookFirst,
            $call->handle->pointer,
        ]));
    }

    /**
     * Deletes many contacts: an item for each id, in the order in which they end. The calls run on threads of the
     * library, within the client's rate and limits; a throttled id is tried again, and trouble that every id would
     * meet stops the batch. After fork a child leaves the parent's batches alone; it may make its own. Ids are
     * taken as they are needed. A generator that is dropped starts no more calls and waits for those under way.
     * What the ids, a signal handler or $cancelWhen throw comes out after the items of those; of the latter two,
     * they are cancelled.
     *
     * @param iterable<string> $userIds
     * @param ?int $concurrency how many calls run side by side, at most; 1 to 64. 8 unless set.
     * @param ?string $journal a file that records the batch: what is about to be deleted before each call, and what
     *     came of it. A batch with the same file takes up what an earlier one left undone, and calls nothing again
     *     that it settled. No file unless set.
     * @param ?string $backup a file that keeps the full record of each contact, on disk before its deletion: the
     *     only way back there is. A contact whose record cannot be had is not deleted. All of it is personal data;
     *     the app needs the permission point qyapi_ext_read. No file unless set.
     * @param ?bool $missingOk whether "no such contact" ends an id as absent, instead of the client's missingOk.
     * @param ?bool $stopOnMissing whether the batch stops when 20 of the last 40 ids that were answered were "no
     *     such contact", as in a damaged list, or one of people who are long gone; true unless set. With missingOk
     *     such ids are no errors and do not count.
     * @param ?\Closure(): bool $cancelWhen asked every 50 ms while it waits: true ends it
     * @return \Generator<int, Item, mixed, Summary> its return value is the summary
     * @throws Exception\JournalException the journal or the backup cannot be read, written or locked, or the
     *     journal is of another endpoint or app.
     * @throws DingTalkException
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
        return $this->batch($userIds, $cancelWhen, [
            'concurrency' => $concurrency,
            'journal' => $journal,
            'backup' => $backup,
            'missingOk' => $missingOk,
            'stopOnMissing' => $stopOnMissing,
        ]);
    }

    /**
     * Closes a client. Later calls are refused with an InvalidArgumentException, calls under way finish, idle
     * connections are closed. Doing it again does nothing. One that is shared is closed when the last who has it
     * lets go of it.
     */
    public function close(): void
    {
        Library::get()->dtx_client_close($this->handle->pointer);
    }
}
