<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** No whole reply in time. */
final class TimeoutException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
