<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** Something around the call is set up wrongly: IP not white-listed, app disabled, wrong endpoint, proxy login or rules, no thread. */
final class ConfigurationException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
