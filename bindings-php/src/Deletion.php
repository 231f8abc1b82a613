<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/** The good end of a call: the contact is gone. */
final class Deletion implements \JsonSerializable
{
    /**
     * How it came to be gone. "deleted": The service deleted it now. "absent": The service knows no such contact,
     * and that is fine: missingOk is set, or an earlier request of the same call may have deleted it.
     */
    public readonly string $status;

    /** The contact, as it was given. */
    public readonly string $userId;

    /** The id under which DingTalk's support finds the call, or null. */
    public readonly ?string $requestId;

    /** How many delete requests were written to a connection. */
    public readonly int $attempts;

    /**
     * Whether the contact is absent and this call may have deleted it, in an earlier request whose reply was lost.
     */
    public readonly bool $maybeDeleted;

    /**
     * @internal
     * @param array<string, mixed> $fields as the library has them in its JSON
     */
    public function __construct(private readonly array $fields)
    {
        $this->status = $fields['status'];
        $this->userId = $fields['user_id'];
        $this->requestId = $fields['request_id'] ?? null;
        $this->attempts = $fields['attempts'];
        $this->maybeDeleted = $fields['maybe_deleted'];
    }

    /** @return array<string, mixed> all of it under the names that the command's --json uses */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }
}
