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
    /** @param ?CData $pointer none once it is freed: destructors of others may come later, and the library refuses null */
    public function __construct(public readonly string $type, public ?CData $pointer)
    {
    }

    public function __destruct()
    {
        Library::get()->{$this->type . '_free'}($this->pointer);
        $this->pointer = null;
    }
}
