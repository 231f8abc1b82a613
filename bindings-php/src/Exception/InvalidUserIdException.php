<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** The service knows no such contact: already gone, never there, or a damaged id. */
final class InvalidUserIdException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
