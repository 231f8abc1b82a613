<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * Why a contact was not deleted, or a client not made. Branch on the kind, record the rest; a field that is not
 * known is null. No text holds a token, an app secret or a proxy's password. The classes in Exception are its
 * kinds; one of another kind, of a newer library, is an ApiException.
 *
 * @property-read string $kind The kind. One of "invalid_argument", "invalid_user_id", "authentication",
 *     "permission_denied", "throttled", "quota_exceeded", "configuration", "service", "api", "connection", "tls",
 *     "timeout", "protocol", "cancelled", "journal", "internal".
 * @property-read string $advice What to do now, for people.
 * @property-read ?string $apiCode The code that decides, such as "33012" or "isp.-1", or null.
 * @property-read ?int $errcode The errcode as the service sent it, or null where it is not known.
 * @property-read ?string $errmsg The service's own words, or null.
 * @property-read ?string $subCode The sub_code as the service sent it, or null.
 * @property-read ?string $subMsg The service's words on the sub_code, or null.
 * @property-read ?string $requestId The id under which DingTalk's support finds the call, or null.
 * @property-read ?int $httpStatus The HTTP status of the last reply, or null where there was none.
 * @property-read ?float $retryAfter How long to wait before the next call, or null where that is not known. In
 *     seconds.
 * @property-read int $attempts How many delete requests were written to a connection.
 * @property-read bool $retryable Whether the same call may pass later, unchanged.
 * @property-read bool $maybeDeleted Whether the contact may be gone all the same: a request went out and no certain
 *     answer came back.
 * @property-read ?string $userId The contact that the call was about, or null.
 */
interface DingTalkException extends \Throwable, \JsonSerializable
{
}
