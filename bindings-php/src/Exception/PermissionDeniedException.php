<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** The app may not delete external contacts, or not this one. */
final class PermissionDeniedException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
