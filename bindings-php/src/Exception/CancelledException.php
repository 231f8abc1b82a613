<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** The caller cancelled the call. */
final class CancelledException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
