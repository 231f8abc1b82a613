<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** The record of a batch cannot be read, written or locked. */
final class JournalException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
