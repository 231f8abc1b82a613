<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * Deletes external contacts. It keeps its connections, its token and the rate: make one and use it for all.
 */
final class Client
{
    use ClientMethods;

    private readonly Handle $handle;

    /** @param array<string, string|int|bool|null> $values the options by their names */
    private function open(#[\SensitiveParameter] array $values, bool $env, bool $shared): void
    {
        $library = Library::get();
        $options = new Handle('dtx_options', $env ? $library->dtx_options_from_env() : $library->dtx_options_new());
        Library::set($options, $values);
        $function = $shared ? 'dtx_client_shared' : 'dtx_client_new';
        $this->handle = Library::make('dtx_client', $function, [$options->pointer]);
    }

    private function __clone()
    {
    }

    /**
     * @param iterable<string> $userIds
     * @param ?\Closure(): bool $cancelWhen
     * @param array<string, string|int|bool|null> $values the options by their names
     * @return \Generator<int, Item, mixed, Summary>
     */
    private function batch(iterable $userIds, ?\Closure $cancelWhen, array $values): \Generator
    {
        $options = new Handle('dtx_batch_options', Library::get()->dtx_batch_options_new());
        Library::set($options, $values);
        $batch = Library::make('dtx_batch', 'dtx_batch_new', [$this->handle->pointer, $options->pointer]);
        return (new Batch($batch->release(), new Call($cancelWhen)))->items((static fn () => yield from $userIds)());
    }

    /**
     * All contacts, read page by page as they are needed. They may be deleted meanwhile.
     *
     * @param ?int $timeoutMs of each page
     * @param ?\Closure(): bool $cancelWhen asked every 50 ms while it waits: true ends it
     * @return \Generator<int, Contact>
     * @throws DingTalkException
     */
    public function contacts(?int $timeoutMs = null, ?\Closure $cancelWhen = null): \Generator
    {
        $contacts = Library::make('dtx_contacts', 'dtx_client_contacts', [$this->handle->pointer]);
        $call = new Call($cancelWhen, ['timeoutMs' => $timeoutMs]);
        $next = static fn () => $call->result('dtx_contact', 'dtx_contacts_next', [$contacts->pointer, $call->handle->pointer]);
        while ($fields = $next()) {
            yield new Contact($fields);
        }
    }
}
