<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** DingTalk's own trouble; it may pass later. */
final class ServiceException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
