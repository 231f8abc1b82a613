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

    /** @return array<string, mixed> what the library says of it */
    public function json(): array
    {
        return json_decode(Library::get()->{$this->type . '_json'}($this->pointer), true, flags: \JSON_THROW_ON_ERROR);
    }

    /** The pointer, for who frees it another way. */
    public function release(): CData
    {
        [$pointer, $this->pointer] = [$this->pointer, null];
        return $pointer;
    }

    public function __destruct()
    {
        Library::get()->{$this->type . '_free'}($this->pointer);
        $this->pointer = null;
    }
}
