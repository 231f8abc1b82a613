<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/** What came of a record that was to be restored. */
final class Restoration implements \JsonSerializable
{
    use Fields;

    /** The id that the record has. */
    public readonly string $oldUserId;
    /** "created", "still_there", or "may_be_created": the request went out, and no certain answer came. */
    public readonly string $status;
    /** The id of the contact now: a new one, or the old one where it is still there. */
    public readonly ?string $userId;
    /** Under which DingTalk's support finds the call. */
    public readonly ?string $requestId;
    /** How many requests to create it were sent. */
    public readonly int $attempts;
    /** What went wrong where it may be created. */
    public readonly ?string $problem;
}
