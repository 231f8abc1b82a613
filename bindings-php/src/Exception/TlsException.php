<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact\Exception;

use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Failure;

/** A certificate is not trusted, or the TLS handshake was refused. */
final class TlsException extends \RuntimeException implements DingTalkException
{
    use Failure;
}
