<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/** A batch in numbers: each id is one of the first five. */
final class Summary implements \JsonSerializable
{
    use Fields;

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
}
