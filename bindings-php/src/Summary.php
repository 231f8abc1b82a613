<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/** A batch in numbers: each id is one of the first five. */
final class Summary implements \JsonSerializable
{
    /** How many ids were deleted, by this batch or, where the journal says so, by an earlier one. */
    public readonly int $deleted;

    /** How many ids were no contact, where that is fine. */
    public readonly int $absent;

    /**
     * How many ids ended in an error and may be gone all the same: a request went out, and no certain answer came.
     * They are not among the failed.
     */
    public readonly int $maybeDeleted;

    /** How many ids ended in an error and are not gone by a call of this batch. */
    public readonly int $failed;

    /** How many ids came out uncalled, as the batch had stopped. */
    public readonly int $notAttempted;

    /** How many of all these an earlier batch had settled, so that they were not called again. */
    public readonly int $settledBefore;

    /** How many ids were given again and dropped. */
    public readonly int $repeated;

    /** How many delete requests this batch wrote. */
    public readonly int $calls;

    /**
     * Of how many ids the journal does not say what came of them, as it could not be written; the next batch on it
     * takes them for uncertain.
     */
    public readonly int $unrecorded;

    /** Why it stopped early, or null. */
    public readonly ?string $stopped;

    /**
     * @internal
     * @param array<string, mixed> $fields as the library has them in its JSON
     */
    public function __construct(private readonly array $fields)
    {
        $this->deleted = $fields['deleted'];
        $this->absent = $fields['absent'];
        $this->maybeDeleted = $fields['maybe_deleted'];
        $this->failed = $fields['failed'];
        $this->notAttempted = $fields['not_attempted'];
        $this->settledBefore = $fields['settled_before'];
        $this->repeated = $fields['repeated'];
        $this->calls = $fields['calls'];
        $this->unrecorded = $fields['unrecorded'];
        $this->stopped = $fields['stopped'] ?? null;
    }

    /** @return array<string, mixed> all of it under the names that the command's --json uses */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }
}
