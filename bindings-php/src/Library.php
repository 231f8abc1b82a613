<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

use FFI;
use FFI\CData;

/**
 * The C library, loaded once, and what is the same for all of its functions.
 *
 * @internal
 */
final class Library
{
    private const DECLARATIONS = __DIR__ . '/../dingtalk_extcontact_ffi.h';

    private static ?FFI $loaded = null;

    public static function get(): FFI
    {
        return self::$loaded ??= self::load();
    }

    private static function load(): FFI
    {
        if (!\extension_loaded('FFI')) {
            throw new \RuntimeException('dingtalk-extcontact needs the FFI extension of PHP, which is not loaded');
        }
        $declarations = (string) file_get_contents(self::DECLARATIONS);
        preg_match('/FFI_SCOPE "(.*)"\s.*FFI_LIB "(.*\.so\.(.*))"/', $declarations, $named);
        [, $scope, $file, $abi] = $named;
        $file = getenv('DINGTALK_EXTCONTACT_LIBRARY') ?: $file;
        try {
            try {
                $library = FFI::scope($scope);
            } catch (FFI\Exception) {
                // Nobody has preloaded it.
                $library = FFI::cdef($declarations, $file);
            }
        } catch (FFI\Exception $error) {
            throw new \RuntimeException(
                "dingtalk-extcontact cannot use $file, a file or a name that the loader looks for"
                . ' (DINGTALK_EXTCONTACT_LIBRARY names another): ' . $error->getMessage(),
                previous: $error,
            );
        }
        $version = $library->dtx_version();
        if (!str_starts_with("$version.", "$abi.")) {
            throw new \RuntimeException("$file is version $version, and this dingtalk-extcontact needs $abi");
        }
        return $library;
    }

    /**
     * What C takes as text: it ends at the first NUL there, so a part of an id would be another's.
     * A number is refused even where the caller's file has no strict types.
     */
    public static function text(mixed $text, string $name): string
    {
        if (!\is_string($text)) {
            $type = get_debug_type($text);
            throw new \TypeError("$name is no string but $type; an id that was a number has lost its leading zeros");
        }
        if (str_contains($text, "\0")) {
            throw new \InvalidArgumentException("$name has a NUL character in it");
        }
        return $text;
    }

    /**
     * Sets options by name; what is wrong is reported where they are used, in PHP's names.
     *
     * @param string $type of the options
     * @param array<string, string|int|bool|null> $values by their names in PHP
     */
    public static function set(string $type, CData $options, array $values): void
    {
        foreach (['binding' => 'php'] + array_filter($values, static fn ($value) => $value !== null) as $name => $value) {
            $value = self::text(\is_bool($value) ? var_export($value, true) : (string) $value, $name);
            $name = strtolower((string) preg_replace(['/Ms$/', '/[A-Z]/'], ['', '_$0'], $name));
            self::get()->{$type . '_set'}($options, $name, $value);
        }
    }

    /**
     * Runs a function that makes a handle, takes its JSON, and frees it.
     *
     * @param callable(CData, CData): int $make is given where the handle and the error go
     * @return array<string, mixed>|null nothing where there is no handle
     */
    public static function json(string $type, callable $make, ?Call $call = null): ?array
    {
        $handle = self::handle($type, $make, $call);
        try {
            return $handle === null ? null : self::decode(self::get()->{$type . '_json'}($handle));
        } finally {
            self::get()->{$type . '_free'}($handle);
        }
    }

    /** @param callable(CData, CData): int $make */
    public static function handle(string $type, callable $make, ?Call $call = null): ?CData
    {
        $library = self::get();
        $handle = $library->new("$type *");
        $error = $library->new('dtx_error *');
        $step = static fn (): int => $make(FFI::addr($handle), FFI::addr($error));
        if (($call === null ? $step() : $call->run($step)) !== $library->DTX_OK) {
            $fields = self::decode($library->dtx_error_json($error));
            $library->dtx_error_free($error);
            throw self::failure($fields, $call?->thrown);
        }
        return FFI::isNull($handle) ? null : $handle;
    }

    /** @return array<string, mixed> */
    public static function decode(string $json): array
    {
        return json_decode($json, true, flags: \JSON_THROW_ON_ERROR);
    }

    /**
     * The exception of an error's kind. A newer library may have kinds that are not known here.
     *
     * @param array<string, mixed> $fields
     */
    public static function failure(array $fields, ?\Throwable $previous = null): DingTalkException
    {
        $class = __NAMESPACE__ . '\\Exception\\' . str_replace('_', '', ucwords($fields['kind'], '_')) . 'Exception';
        return class_exists($class) ? new $class($fields, $previous) : new Exception\ApiException($fields, $previous);
    }
}
