<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** What came back is not DingTalk's: a login page, a redirect, half a reply. */
final class ProtocolException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
