<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** Refused before anything was sent: an option, an argument, a closed client. */
final class InvalidArgumentException extends \InvalidArgumentException implements DingTalkException
{
    use Failure;
}
