<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** A quota of the organisation is used up. */
final class QuotaExceededException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
