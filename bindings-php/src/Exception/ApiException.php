<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** Any other code of the service. */
final class ApiException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
