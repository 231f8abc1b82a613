<?php

declare(strict_types=1);

namespace DingtalkExtcontact\Tests;

use DingtalkExtcontact\Client;
use DingtalkExtcontact\Exception\CancelledException;
use DingtalkExtcontact\Exception\InvalidUserIdException;
use DingtalkExtcontact\Exception\JournalException;
use DingtalkExtcontact\Journal;
use PHPUnit\Framework\TestCase;

final class BatchTest extends TestCase
{
    private Sandbox $sandbox;
    private string $journal;

    protected function setUp(): void
    {
        $this->journal = sys_get_temp_dir() . '/dtx-php-' . getmypid() . '.jsonl';
    }

    protected function tearDown(): void
    {
        is_file($this->journal) && unlink($this->journal);
    }

    private function client(string $faults = ''): Client
    {
        $this->sandbox = Sandbox::dingtalk($faults);
        return new Client(...$this->sandbox->options(), rate: 0);
    }

    public function testEveryIdComesOutAndTheSummaryAtTheEnd(): void
    {
        $client = $this->client();
        $ids = [...\array_slice($this->sandbox->ids(), 0, 5), 'gone', $this->sandbox->ids()[0]];
        $items = $client->deleteMany((static fn () => yield from $ids)(), journal: $this->journal);
        // The batch goes on without the client.
        unset($client);
        foreach ($items as $item) {
            $came[$item->userId] = $item->deletion?->status ?? $item->error;
        }
        $this->assertInstanceOf(InvalidUserIdException::class, $came['gone']);
        $this->assertSame('deleted', $came[$ids[3]]);
        $summary = $items->getReturn();
        $this->assertSame([5, 1, 1, 6], [$summary->deleted, $summary->failed, $summary->repeated, $summary->calls]);

        $again = (new Client(...$this->sandbox->options(), rate: 0))->deleteMany($ids, journal: $this->journal);
        foreach ($again as $item) {
        }
        $this->assertSame([6, 0], [$again->getReturn()->settledBefore, $again->getReturn()->calls]);
        $states = array_column(iterator_to_array(Journal::read($this->journal)), 'state', 'user_id');
        $this->assertSame(['gone', 'was_not_there'], [$states[$ids[0]], $states['gone']]);
        $this->expectException(JournalException::class);
        Journal::read($this->journal, '/nowhere')->current();
    }

    public function testABackupIsRestored(): void
    {
        $client = $this->client();
        $ids = \array_slice($this->sandbox->ids(), 0, 3);
        foreach ($client->deleteMany($ids, backup: $this->journal) as $item) {
            $this->assertSame('deleted', $item->deletion?->status);
        }
        $lines = array_map(static fn ($line) => json_decode($line, true), file($this->journal));
        $this->assertCount(3, array_column($lines, 'record'));
        // One without would be refused.
        $line = current(array_filter($lines, static fn ($line) => ($line['record']['follower_user_id'] ?? '') !== ''));
        $this->assertSame('created', $client->restore($line)->status);
    }

    public function testOptionsAreRefusedAtOnce(): void
    {
        $client = $this->client();
        try {
            $client->deleteMany([], concurrency: 65);
            $this->fail();
        } catch (\InvalidArgumentException $error) {
            $this->assertStringContainsString('concurrency', $error->getMessage());
        }
        $this->expectException(JournalException::class);
        $client->deleteMany([], journal: '/nowhere/journal.jsonl');
    }

    public function testIdsAreTakenAsTheyAreNeeded(): void
    {
        $client = $this->client();
        $taken = 0;
        $ids = (function () use (&$taken) {
            while (true) {
                yield 'none-' . $taken++;
            }
        })();
        foreach ($client->deleteMany($ids, concurrency: 2, missingOk: true) as $count => $item) {
            if ($count === 20) {
                break;
            }
        }
        $this->assertLessThan(40, $taken);
    }

    public function testWhatTheIdsThrowComesAfterTheItems(): void
    {
        $client = $this->client('delay=1@100ms');
        foreach ([static fn () => throw new \DomainException('mine'), static fn () => yield 125400001] as $end) {
            $ids = $this->sandbox->ids();
            $given = (static function () use ($ids, $end) {
                yield $ids[1];
                yield $ids[2];
                yield from $end();
            })();
            $came = [];
            try {
                foreach ($client->deleteMany($given) as $item) {
                    $came[] = $item->userId;
                }
                $this->fail();
            } catch (\DomainException | \TypeError $thrown) {
                sort($came);
                $expected = [$ids[1], $ids[2]];
                sort($expected);
                $this->assertSame($expected, $came);
            }
        }
    }

    public function testAGeneratorThatIsDroppedWaitsForItsCalls(): void
    {
        $client = $this->client('delay=1@200ms');
        $ids = $this->sandbox->ids();
        foreach ($client->deleteMany($ids, concurrency: 4, journal: $this->journal) as $item) {
            gc_collect_cycles();
            break;
        }
        // What was begun has its end in the journal, and more was not begun.
        $lines = array_map(static fn ($line) => json_decode($line, true), file($this->journal));
        $this->assertLessThan(\count($ids), \count($lines));
        $items = $client->deleteMany($ids, journal: $this->journal);
        foreach ($items as $item) {
        }
        $this->assertSame(\count($ids), $items->getReturn()->deleted);
        $this->assertSame(0, $items->getReturn()->maybeDeleted);
        $before = $items->getReturn()->settledBefore;
        // Four side by side, and those that took the place of the first.
        $this->assertThat($before, $this->logicalAnd($this->greaterThanOrEqual(4), $this->lessThan(9)));
        $this->assertSame(\count($ids) - $before, $items->getReturn()->calls);
    }

    public function testCancelWhen(): void
    {
        $client = $this->client('delay=1@20s');
        $until = microtime(true) + 0.2;
        $errors = [];
        $items = $client->deleteMany($this->sandbox->ids(), concurrency: 4,
            cancelWhen: static fn (): bool => microtime(true) >= $until);
        foreach ($items as $item) {
            $errors[] = $item->error === null ? null : $item->error::class;
        }
        $this->assertLessThan(0.3, microtime(true) - $until);
        $this->assertSame(4, array_count_values(array_filter($errors))[CancelledException::class]);
        $this->assertSame(4, $items->getReturn()->maybeDeleted);
        $this->assertGreaterThan(0, $items->getReturn()->notAttempted);
    }

    public function testASignalCancelsABatchAndItsExceptionComesLast(): void
    {
        $client = $this->client('delay=1@20s');
        pcntl_async_signals(true);
        pcntl_signal(\SIGALRM, static function (): void {
            throw new \DomainException('interrupted');
        });
        $uncertain = 0;
        $start = microtime(true);
        pcntl_alarm(1);
        try {
            foreach ($client->deleteMany($this->sandbox->ids(), concurrency: 4) as $item) {
                $uncertain += (int) $item->error?->maybeDeleted;
            }
            $this->fail();
        } catch (\DomainException $thrown) {
            $this->assertSame('interrupted', $thrown->getMessage());
        }
        $this->assertSame(4, $uncertain);
        // alarm() is later than asked by less than a tick.
        $this->assertLessThan(1.15, microtime(true) - $start);
    }

    public function testASignalWhileADroppedBatchWaitsIsNotLost(): void
    {
        $client = $this->client('delay=1@200ms');
        pcntl_async_signals(true);
        pcntl_signal(\SIGALRM, static function (): void {
            throw new \DomainException('interrupted');
        });
        $dropped = false;
        $signal = static function () use (&$dropped): bool {
            return $dropped && !posix_kill(getmypid(), \SIGALRM);
        };
        $items = $client->deleteMany($this->sandbox->ids(), concurrency: 2, cancelWhen: $signal);
        $items->current();
        $dropped = true;
        $this->expectExceptionMessage('interrupted');
        unset($items);
    }

    public function testAForkedChildLeavesTheBatchAlone(): void
    {
        $client = $this->client('delay=1@100ms');
        $ids = $this->sandbox->ids();
        $items = $client->deleteMany($ids, concurrency: 2);
        $items->current();
        $child = pcntl_fork();
        if ($child === 0) {
            unset($items);
            posix_kill(getmypid(), $client->delete('none', missingOk: true)->status === 'absent' ? \SIGKILL : \SIGABRT);
        }
        pcntl_waitpid($child, $status);
        $this->assertSame(\SIGKILL, pcntl_wtermsig($status));
        while ($items->valid()) {
            $items->next();
        }
        $this->assertSame(\count($ids), $items->getReturn()->deleted);
    }
}
