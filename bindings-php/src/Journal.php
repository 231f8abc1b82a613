<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/** What batches wrote down. */
final class Journal
{
    /**
     * What became of each id, by one journal or several, in their order.
     *
     * @return \Generator<int, array<string, mixed>> each with user_id, state ("gone", "was_not_there", "not_deleted",
     *     "may_be_gone"), time, run, meaning and, where they are known, attempts, request_id and code
     */
    public static function read(string $path, string ...$more): \Generator
    {
        $library = Library::get();
        $paths = [$path, ...$more];
        $count = \count($paths);
        $list = $library->new("char *[$count]");
        $texts = [];
        foreach ($paths as $place => $path) {
            $text = Library::text($path, 'journal') . "\0";
            $texts[] = $copy = $library->new('char[' . \strlen($text) . ']');
            \FFI::memcpy($copy, $text, \strlen($text));
            $list[$place] = $library->cast('char *', $copy);
        }
        $journal = Library::make('dtx_journal', 'dtx_journal_read', [$library->cast('char **', $list), $count]);
        try {
            while (($entry = Library::json('dtx_journal_entry', 'dtx_journal_next', [$journal])) !== null) {
                yield $entry;
            }
        } finally {
            $library->dtx_journal_free($journal);
        }
    }
}
