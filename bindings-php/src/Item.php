<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/** What came of one id of a batch: it has a deletion, or an error, or it was not attempted. */
final class Item implements \JsonSerializable
{
    use Fields;

    public readonly string $userId;
    public readonly ?Deletion $deletion;
    public readonly ?DingTalkException $error;
    /** When that was known, in UTC as RFC 3339. */
    public readonly string $time;
    /** Whether an earlier batch with the same journal settled it. */
    public readonly bool $settledBefore;

    /**
     * @internal
     * @param array<string, mixed> $fields
     */
    public function __construct(private readonly array $fields)
    {
        $error = isset($fields['kind']) ? Library::failure($fields) : null;
        $deletion = isset($fields['attempts']) && $error === null ? new Deletion($fields) : null;
        $this->take(compact('error', 'deletion') + $fields);
    }
}
