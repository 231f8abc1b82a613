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
    private int $process;

    public function __construct(private readonly CData $handle, private readonly Call $call)
    {
        $this->process = (int) getmypid();
    }

    /** Stops; waits for the calls under way, so that their ends are recorded. What a signal handler throws then comes out. */
    public function __destruct()
    {
        // A forked child leaves the parent's batches alone.
        if ($this->process !== getmypid()) {
            return;
        }
        $library = Library::get();
        $library->dtx_batch_stop($this->handle);
        $library->dtx_batch_finish($this->handle);
        while ($this->next() !== null) {
        }
        $library->dtx_batch_free($this->handle);
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
                Library::get()->dtx_batch_stop($this->handle);
                Library::get()->dtx_batch_finish($this->handle);
            }
            $item = $this->next();
            if ($item !== null) {
                yield new Item($item);
            }
        } while ($item !== null);
        $interrupted = $this->call->takeThrown();
        if ($thrown ??= $interrupted) {
            throw $thrown;
        }
        return new Summary(Library::decode(Library::get()->dtx_batch_summary_json($this->handle)));
    }

    /** @param \Generator<mixed, mixed> $userIds */
    private function fill(\Generator $userIds): void
    {
        $library = Library::get();
        while ($library->dtx_batch_wants($this->handle)) {
            if (!$userIds->valid()) {
                $library->dtx_batch_finish($this->handle);
                return;
            }
            $userId = Library::text($userIds->current(), 'userId');
            Library::make(null, 'dtx_batch_push', [$this->handle, $userId]);
            $userIds->next();
        }
    }

    /** @return array<string, mixed>|null nothing at the end */
    private function next(): ?array
    {
        try {
            return Library::json('dtx_item', 'dtx_batch_next_within', [$this->handle, $this->call->handle], $this->call);
        } catch (Exception\CancelledException) {
            // It was this wait alone that was cancelled.
            Library::get()->dtx_batch_cancel($this->handle);
            Library::get()->dtx_batch_finish($this->handle);
            return Library::json('dtx_item', 'dtx_batch_next', [$this->handle]);
        }
    }
}
