<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/** An external contact. All of it is personal data; var_dump and print_r show the id alone, var_export all of it. */
final class Contact implements \JsonSerializable
{
    use Fields;

    public readonly string $userId;
    /** @var array<string, mixed> all that the service sent, under its names */
    public readonly array $record;

    /** A field of text by the service's name, such as company_name; null where it is missing or empty. */
    public function text(string $field): ?string
    {
        $text = $this->fields[$field] ?? null;
        return \is_string($text) ? $text : null;
    }

    /** @return list<string> a field that lists ids, such as label_ids */
    public function ids(string $field): array
    {
        $ids = $this->fields[$field] ?? null;
        return \is_array($ids) && array_is_list($ids) ? $ids : [];
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return ['userId' => $this->userId];
    }
}
