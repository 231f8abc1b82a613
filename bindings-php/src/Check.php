<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/** What stands and what is missing before contacts can be deleted. */
final class Check implements \JsonSerializable
{
    /** Whether no step failed and none is left unknown. */
    public readonly bool $ok;

    /**
     * @var list<array<string, mixed>> Each step, in the order in which a call needs them. Each with step, status
     *     (ok, warning, failed, unknown or skipped), text and, where there are, advice and error.
     */
    public readonly array $steps;

    /**
     * @var array<string, mixed> What the service really answered, as an array that is fit to be shown to others:
     *     codes, request ids, sizes and types, without names, credentials and addresses.
     */
    public readonly array $report;

    /**
     * @internal
     * @param array<string, mixed> $fields as the library has them in its JSON
     */
    public function __construct(private readonly array $fields)
    {
        $this->ok = $fields['ok'];
        $this->steps = $fields['steps'];
        $this->report = $fields['report'];
    }

    /** @return array<string, mixed> all of it under the names that the command's --json uses */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }
}
