<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/** The good end of a call: the contact is gone. */
final class Deletion implements \JsonSerializable
{
    use Fields;

    public readonly string $userId;
    /** "deleted", or "absent": the service knows no such contact, and that is fine. */
    public readonly string $status;
    /** Under which DingTalk's support finds the call. */
    public readonly ?string $requestId;
    /** How many delete requests were sent. */
    public readonly int $attempts;
    /** Absent, and this call may have deleted it, in an earlier request whose reply was lost. */
    public readonly bool $maybeDeleted;
}
