<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * Why a contact was not deleted, or a client not made. The classes in Exception are its kinds, and one of another
 * kind, of a newer library, is an ApiException. What is not known is null. No text holds a token or a secret.
 *
 * @property-read string $kind such as "throttled"
 * @property-read string $advice what to do now, for people
 * @property-read ?string $userId the contact that the call was about
 * @property-read bool $maybeDeleted whether the contact may be gone all the same
 * @property-read bool $retryable whether the same call may pass later, unchanged
 * @property-read int $attempts how many delete requests were sent
 * @property-read ?float $retryAfter how long to wait before the next call, in seconds
 * @property-read ?string $apiCode the code that decides, such as "33012" or "isp.-1"
 * @property-read ?int $errcode as the service sent it, as are the next three
 * @property-read ?string $errmsg
 * @property-read ?string $subCode
 * @property-read ?string $subMsg
 * @property-read ?string $requestId under which DingTalk's support finds the call
 * @property-read ?int $httpStatus of the last reply
 */
interface DingTalkException extends \Throwable, \JsonSerializable
{
}
