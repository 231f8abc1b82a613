<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/** What came of a record that was to be restored. */
final class Restoration implements \JsonSerializable
{
    /** The id that the record has. */
    public readonly string $oldUserId;

    /**
     * What came of it. "created": The contact was created again, under a new id. "still_there": The contact of the
     * record exists, so nothing was created. "may_be_created": The one request to create it went out, and no
     * certain answer came.
     */
    public readonly string $status;

    /**
     * The id of the contact now: a new one where it was created, the old one where it is still there; null where it
     * is not known.
     */
    public readonly ?string $userId;

    /** The id under which DingTalk's support finds the call, or null. */
    public readonly ?string $requestId;

    /** How many requests to create it were written to a connection. */
    public readonly int $attempts;

    /** Why something is not known, in one line for people, or null. */
    public readonly ?string $problem;

    /**
     * @internal
     * @param array<string, mixed> $fields as the library has them in its JSON
     */
    public function __construct(private readonly array $fields)
    {
        $this->oldUserId = $fields['old_user_id'];
        $this->status = $fields['status'];
        $this->userId = $fields['user_id'] ?? null;
        $this->requestId = $fields['request_id'] ?? null;
        $this->attempts = $fields['attempts'];
        $this->problem = $fields['problem'] ?? null;
    }

    /** @return array<string, mixed> all of it under the names that the command's --json uses */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }
}
