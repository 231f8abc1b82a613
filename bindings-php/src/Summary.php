<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/** A batch in numbers: each id is one of the first five. */
final class Summary implements \JsonSerializable
{
    public readonly int $deleted;
    /** No contact, where that is fine. */
    public readonly int $absent;
    /** Errors whose contact may be gone all the same; not among the failed. */
    public readonly int $maybeDeleted;
    public readonly int $failed;
    /** Not called, as the batch had stopped. */
    public readonly int $notAttempted;
    /** Of all these, settled by an earlier batch with the same journal. */
    public readonly int $settledBefore;
    /** Given again, and dropped. */
    public readonly int $repeated;
    /** Delete requests that were sent. */
    public readonly int $calls;
    /** Not in the journal, as it could not be written. */
    public readonly int $unrecorded;
    /** Why it stopped early. */
    public readonly ?string $stopped;

    /**
     * @internal
     * @param array<string, mixed> $fields
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

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }
}
