<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/** What stands and what is missing before contacts can be deleted. */
final class Check implements \JsonSerializable
{
    use Fields;

    /** Whether no step failed and none is left unknown. */
    public readonly bool $ok;
    /** @var list<array<string, mixed>> each with step, status, text and, where there are, advice and error */
    public readonly array $steps;
    /** Fit to be shown to others. */
    public readonly mixed $report;
}
