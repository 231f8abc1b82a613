<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * Of which C header this package is.
 *
 * @internal
 */
final class Header
{
    public const SCOPE = 'DINGTALK_EXTCONTACT';
    public const LIBRARY = 'libdingtalk_extcontact.so.0.1';
    public const ABI = '0.1';
}
