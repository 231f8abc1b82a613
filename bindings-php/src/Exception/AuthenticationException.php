<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** The access token or the app's credentials are not accepted. */
final class AuthenticationException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
