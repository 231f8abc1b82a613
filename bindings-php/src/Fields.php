<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

/**
 * What the library says of something in its JSON: each public property takes the field of its name, or null.
 *
 * @internal
 */
trait Fields
{
    /** @param array<string, mixed> $fields */
    public function __construct(private readonly array $fields)
    {
        $this->take($fields);
    }

    /** @return array<string, mixed> all of it under the names that the command's --json uses */
    public function jsonSerialize(): array
    {
        return $this->fields;
    }

    /** @param array<string, mixed> $fields */
    private function take(array $fields): void
    {
        static $names = [];
        if ($names === []) {
            foreach ((new \ReflectionClass(self::class))->getProperties(\ReflectionProperty::IS_PUBLIC) as $property) {
                $names[$property->name] = strtolower((string) preg_replace('/[A-Z]/', '_$0', $property->name));
            }
        }
        foreach ($names as $name => $field) {
            $this->$name = $fields[$field] ?? null;
        }
    }
}
