<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

use FFI\CData;

/**
 * The options of a call, and what PHP does while it waits: signal handlers run, and $cancelWhen is asked.
 *
 * @internal
 */
final class Call
{
    public readonly Handle $handle;

    /** What a signal handler or $cancelWhen has thrown: no exception may pass through C. */
    public ?\Throwable $thrown = null;

    /** The only function that C gets of PHP: PHP keeps each to the end of the request. */
    private static ?CData $probe = null;

    /** @var array<int, self> what waits, by its Fiber: $cancelWhen may suspend one, and another one calls meanwhile */
    private static array $waiting = [];

    /**
     * @param (\Closure(): bool)|null $cancelWhen
     * @param array<string, int|bool|null> $options by their names in PHP
     */
    public function __construct(private readonly ?\Closure $cancelWhen, array $options = [])
    {
        $library = Library::get();
        $this->handle = new Handle('dtx_call', $library->dtx_call_new());
        // Mostly there are none, and a function of C costs as much as the rest of this.
        if (array_filter($options, 'is_null') !== $options) {
            Library::set($this->handle, $options);
        }
        if ($cancelWhen !== null || \extension_loaded('pcntl')) {
            if (self::$probe === null) {
                self::$probe = $library->new('dtx_probe_fn[1]');
                self::$probe[0] = static fn (): int => (int) (self::$waiting[self::fiber()] ?? null)?->ask();
            }
            $library->dtx_call_set_probe($this->handle->pointer, self::$probe[0], null);
        }
    }

    /**
     * What a function of the library that waits with this call has made, as of its JSON.
     *
     * @param list<mixed> $arguments as of Library::call
     * @return array<string, mixed>|null
     */
    public function result(string $type, string $function, array $arguments): ?array
    {
        $fields = Library::json($type, $function, $arguments, $this);
        // A signal may come just as the call ends.
        return $this->thrown === null ? $fields : throw $this->thrown;
    }

    /**
     * Runs a function of the library that waits with this call. Signal handlers run when the call asks, and at
     * its end, never between, where an exception of theirs would have nowhere to go.
     *
     * @param callable(): int $step
     */
    public function run(callable $step): int
    {
        $signals = \extension_loaded('pcntl') && pcntl_async_signals(false);
        $fiber = self::fiber();
        $outer = self::$waiting[$fiber] ?? null;
        self::$waiting[$fiber] = $this;
        try {
            return $step();
        } finally {
            self::$waiting[$fiber] = $outer;
            self::$waiting = array_filter(self::$waiting);
            if ($signals) {
                $this->guard('pcntl_signal_dispatch');
                pcntl_async_signals(true);
            }
        }
    }

    /** What was thrown, which is to come out once. */
    public function takeThrown(): ?\Throwable
    {
        [$thrown, $this->thrown] = [$this->thrown, null];
        return $thrown;
    }

    private static function fiber(): int
    {
        $fiber = \Fiber::getCurrent();
        return $fiber === null ? 0 : spl_object_id($fiber);
    }

    private function ask(): bool
    {
        return $this->guard(function (): bool {
            if (\extension_loaded('pcntl')) {
                pcntl_signal_dispatch();
            }
            // What was thrown as the wait before had its end already ends this one.
            return $this->thrown !== null || ($this->cancelWhen !== null && ($this->cancelWhen)());
        });
    }

    /** @param callable(): bool $function */
    private function guard(callable $function): bool
    {
        try {
            return $function();
        } catch (\Throwable $thrown) {
            $this->thrown ??= $thrown;
            return true;
        }
    }
}
