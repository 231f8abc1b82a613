<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * The fields of every DingTalkException, which describes them.
 *
 * @internal
 */
trait Failure
{
    public readonly string $kind;
    public readonly string $advice;
    public readonly ?string $apiCode;
    public readonly ?int $errcode;
    public readonly ?string $errmsg;
    public readonly ?string $subCode;
    public readonly ?string $subMsg;
    public readonly ?string $requestId;
    public readonly ?int $httpStatus;
    public readonly ?float $retryAfter;
    public readonly int $attempts;
    public readonly bool $retryable;
    public readonly bool $maybeDeleted;
    public readonly ?string $userId;

    /** @param array<string, mixed> $fields as the library has them in its JSON */
    public function __construct(private readonly array $fields, ?\Throwable $previous = null)
    {
        parent::__construct($fields['message'], 0, $previous);
        $this->kind = $fields['kind'];
        $this->advice = $fields['advice'];
        $this->apiCode = $fields['code'] ?? null;
        $this->errcode = $fields['errcode'] ?? null;
        $this->errmsg = $fields['errmsg'] ?? null;
        $this->subCode = $fields['sub_code'] ?? null;
        $this->subMsg = $fields['sub_msg'] ?? null;
        $this->requestId = $fields['request_id'] ?? null;
        $this->httpStatus = $fields['http_status'] ?? null;
        $this->retryAfter = $fields['retry_after'] ?? null;
        $this->attempts = $fields['attempts'];
        $this->retryable = $fields['retryable'];
        $this->maybeDeleted = $fields['maybe_deleted'];
        $this->userId = $fields['user_id'] ?? null;
    }

    /** @return array<string, mixed> all of it under the names that the command's --json uses */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }
}
