<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * The fields of every DingTalkException, which describes them.
 *
 * @internal
 */
trait Failure
{
    use Fields;

    public readonly string $kind;
    public readonly string $advice;
    public readonly ?string $userId;
    public readonly bool $maybeDeleted;
    public readonly bool $retryable;
    public readonly int $attempts;
    public readonly ?float $retryAfter;
    public readonly ?string $apiCode;
    public readonly ?int $errcode;
    public readonly ?string $errmsg;
    public readonly ?string $subCode;
    public readonly ?string $subMsg;
    public readonly ?string $requestId;
    public readonly ?int $httpStatus;

    /** @param array<string, mixed> $fields as the library has them in its JSON */
    public function __construct(private readonly array $fields, ?\Throwable $previous = null)
    {
        parent::__construct($fields['message'], 0, $previous);
        $this->take(['api_code' => $fields['code'] ?? null] + $fields);
    }
}
