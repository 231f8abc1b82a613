<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** Over a rate; it may pass later. */
final class ThrottledException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
