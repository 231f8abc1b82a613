<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** Lookup, connection or proxy failed, or the connection was lost. */
final class ConnectionException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
