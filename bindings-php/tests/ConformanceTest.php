<?php

declare(strict_types=1);

namespace DingtalkExtcontact\Tests;

use PHPUnit\Framework\TestCase;

final class ConformanceTest extends TestCase
{
    private const PARTS = 16;

    /** PHP has one thread, so the cases are side by side in processes. */
    public function testCases(): void
    {
        $judge = new Sandbox('dingtalk-extcontact-judge', __DIR__ . '/../../conformance/cases');
        $running = [];
        for ($part = 0; $part < self::PARTS; $part++) {
            $words = [$judge->described['control'], (string) $part, (string) self::PARTS];
            $running[] = proc_open([PHP_BINARY, __DIR__ . '/conformance.php', ...$words], [1 => ['pipe', 'w']], $pipes);
            $outputs[] = $pipes[1];
        }
        $told = implode('', array_map('stream_get_contents', $outputs));
        $this->assertSame([0], array_values(array_unique(array_map('proc_close', $running))), $told);
        $cases = array_map(static fn ($line) => json_decode($line, true), explode("\n", trim($told)));
        $this->assertSame([], array_filter($cases, static fn ($case) => $case[1] !== []));
        $this->assertCount($judge->described['cases'], $cases);
    }
}
