<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** A bug of this library, a caught panic included. */
final class InternalException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
