<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

use FFI\CData;

/**
 * An object of the library, which is freed with this.
 *
 * @internal
 */
final class Handle
{
    public function __construct(public readonly string $type, public readonly CData $pointer)
    {
    }

    public function __destruct()
    {
        Library::get()->{$this->type . '_free'}($this->pointer);
    }
}
