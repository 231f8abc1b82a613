<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

use FFI\CData;

/**
 * A batch under way.
 *
 * @internal
 */
final class Batch
{
    private readonly int $process;

    public function __construct(private ?CData $pointer, private readonly Call $call)
    {
        $this->process = (int) getmypid();
    }

    /** Stops, and waits for the calls under way, so that their ends are recorded. What a signal handler throws comes out. */
    public function __destruct()
    {
        // A forked child leaves the parent's batches alone.
        if ($this->process !== getmypid()) {
            return;
        }
        $this->end('dtx_batch_stop');
        while ($this->next() !== null) {
        }
        Library::get()->dtx_batch_free($this->pointer);
        $this->pointer = null;
        if ($thrown = $this->call->takeThrown()) {
            throw $thrown;
        }
    }

    /**
     * @param \Generator<mixed, mixed> $userIds
     * @return \Generator<int, Item, mixed, Summary>
     */
    public function items(\Generator $userIds): \Generator
    {
        $thrown = null;
        do {
            try {
                $this->fill($userIds);
            } catch (\Throwable $thrown) {
                $this->end('dtx_batch_stop');
            }
            if ($item = $this->next()) {
                yield new Item($item);
            }
        } while ($item);
        $interrupted = $this->call->takeThrown();
        if ($thrown ??= $interrupted) {
            throw $thrown;
        }
        $summary = Library::get()->dtx_batch_summary_json($this->pointer);
        return new Summary(json_decode($summary, true, flags: \JSON_THROW_ON_ERROR));
    }

    /** @param \Generator<mixed, mixed> $userIds */
    private function fill(\Generator $userIds): void
    {
        $library = Library::get();
        while ($library->dtx_batch_wants($this->pointer)) {
            if ($userIds->valid()) {
                Library::call('dtx_batch_push', [$this->pointer, Library::text($userIds->current(), 'userId')]);
                $userIds->next();
            } else {
                $library->dtx_batch_finish($this->pointer);
            }
        }
    }

    /** @return array<string, mixed>|null nothing at the end */
    private function next(): ?array
    {
        try {
            $within = [$this->pointer, $this->call->handle->pointer];
            return Library::json('dtx_item', 'dtx_batch_next_within', $within, $this->call);
        } catch (Exception\CancelledException) {
            // It was this wait alone that was cancelled.
            $this->end('dtx_batch_cancel');
            return Library::json('dtx_item', 'dtx_batch_next', [$this->pointer]);
        }
    }

    /** No call begins from now on: those under way finish, or are cancelled. */
    private function end(string $how): void
    {
        Library::get()->$how($this->pointer);
        Library::get()->dtx_batch_finish($this->pointer);
    }
}
