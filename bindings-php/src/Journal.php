<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

use FFI;

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
        foreach ($paths as $place => $path) {
            $path = Library::text($path, 'journal');
            // It is all zero yet, so the text has its end.
            $texts[] = $text = $library->new('char[' . \strlen($path) + 1 . ']');
            FFI::memcpy($text, $path, \strlen($path));
            $list[$place] = FFI::addr($text[0]);
        }
        $journal = Library::make('dtx_journal', 'dtx_journal_read', [$list, $count]);
        while (($entry = Library::json('dtx_journal_entry', 'dtx_journal_next', [$journal->pointer])) !== null) {
            yield $entry;
        }
    }
}
