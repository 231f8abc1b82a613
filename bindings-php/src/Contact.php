<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * An external contact. All of it is personal data. var_dump and print_r show the id alone, var_export all of it.
 */
final class Contact implements \JsonSerializable
{
    /** The id, as delete() takes it. */
    public readonly string $userId;

    /** @var array<string, mixed> The whole record as an array, with the names and values of the service. */
    public readonly array $record;

    /**
     * @internal
     * @param array<string, mixed> $fields as the library has them in its JSON
     */
    public function __construct(private readonly array $fields)
    {
        $this->userId = $fields['user_id'];
        $this->record = $fields['record'];
    }

    /**
     * A field of text: "name", "mobile", "state_code", "company_name", "title", "email", "address", "remark" or
     * "follower_user_id". It is null where it is missing or empty, and for another name.
     */
    public function text(string $field): ?string
    {
        $value = $this->fields[$field] ?? null;
        return \is_string($value) ? $value : null;
    }

    /**
     * @return list<string> The ids that a field lists, as text: "label_ids", "share_dept_ids" or "share_user_ids".
     *     None for another name.
     */
    public function ids(string $field): array
    {
        $value = $this->fields[$field] ?? null;
        return \is_array($value) && array_is_list($value) ? $value : [];
    }

    /** @return array<string, mixed> all of it under the names that the command's --json uses */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return ['userId' => $this->userId];
    }
}
