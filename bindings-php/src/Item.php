<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/** What came of one id of a batch: it has a deletion, or an error, or it was not attempted. */
final class Item implements \JsonSerializable
{
    /** The contact, as it was given. */
    public readonly string $userId;

    /** The deletion where the contact is gone, or null. */
    public readonly ?Deletion $deletion;

    /** The error where the contact was not deleted, or nobody knows; or null. */
    public readonly ?DingTalkException $error;

    /**
     * When it was known what came of the contact, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z". For what an
     * earlier batch settled it is the time in its journal.
     */
    public readonly string $time;

    /** Whether an earlier batch with the same journal settled it, so that it was not called now. */
    public readonly bool $settledBefore;

    /**
     * @internal
     * @param array<string, mixed> $fields as the library has them in its JSON
     */
    public function __construct(private readonly array $fields)
    {
        $this->userId = $fields['user_id'];
        $this->deletion = isset($fields['attempts']) && !isset($fields['kind']) ? new Deletion($fields) : null;
        $this->error = isset($fields['kind']) ? Library::failure($fields) : null;
        $this->time = $fields['time'];
        $this->settledBefore = $fields['settled_before'];
    }

    /** @return array<string, mixed> all of it under the names that the command's --json uses */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }
}
