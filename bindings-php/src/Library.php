<?php

declare(strict_types=1);

namespace DingtalkExtcontact;

use FFI;

/**
 * The C library, loaded once, and what is the same for all of its functions.
 *
 * @internal
 */
final class Library
{
    private static ?FFI $loaded = null;

    public static function get(): FFI
    {
        return self::$loaded ??= self::load();
    }

    private static function load(): FFI
    {
        $ini = php_ini_loaded_file() ?: 'php.ini';
        if (!\extension_loaded('FFI')) {
            throw new \RuntimeException("PHP's extension FFI is not loaded, and dingtalk-extcontact needs it:"
                . " install it where it is missing, and set extension = ffi in $ini");
        }
        $package = \dirname(__DIR__);
        $packaged = "$package/native/" . self::system() . '/*dingtalk_extcontact.*';
        $named = getenv('DINGTALK_EXTCONTACT_LIBRARY') ?: null;
        $file = $named ?? glob($packaged)[0] ?? Header::LIBRARY;
        try {
            try {
                $library = FFI::scope(Header::SCOPE);
                $file = 'the library of ffi.preload';
            } catch (FFI\Exception) {
                // Nobody has preloaded it.
                $library = FFI::cdef((string) file_get_contents("$package/dingtalk_extcontact_ffi.h"), $file);
            }
        } catch (FFI\Exception $error) {
            $reason = $error->getMessage();
            throw new \RuntimeException(match (true) {
                str_contains($reason, 'ffi.enable') => 'PHP keeps dingtalk-extcontact from its FFI, as ffi.enable is "'
                    . \ini_get('ffi.enable') . "\": set ffi.enable = true in $ini, or ffi.enable = preload and"
                    . " opcache.preload = $package/preload.php",
                $named !== null => "dingtalk-extcontact cannot use $file, which DINGTALK_EXTCONTACT_LIBRARY names: $reason",
                $file !== Header::LIBRARY => "dingtalk-extcontact cannot use $file, the library in the package: $reason",
                default => "dingtalk-extcontact finds no library for this system: there is no $packaged, and the loader"
                    . " knows no $file (DINGTALK_EXTCONTACT_LIBRARY names one that is elsewhere): $reason",
            }, previous: $error);
        }
        $version = $library->dtx_version();
        if (!str_starts_with("$version.", Header::ABI . '.')) {
            throw new \RuntimeException("$file is version $version, and this dingtalk-extcontact needs " . Header::ABI
                . ' (after an update a PHP that preloads is to be restarted)');
        }
        return $library;
    }

    /** This system as the folders of the package call it, with wildcards for the vendor and the ABI. */
    private static function system(): string
    {
        $machine = strtr(php_uname('m'), ['AMD64' => 'x86_64', 'arm64' => 'aarch64', 'ARM64' => 'aarch64']);
        if (PHP_OS_FAMILY !== 'Linux') {
            return "$machine-*-" . strtolower(PHP_OS_FAMILY) . '*';
        }
        // What is mapped tells the C library.
        $musl = str_contains((string) @file_get_contents('/proc/self/maps'), '/ld-musl-');
        return "$machine-*-linux-" . ($musl ? 'musl*' : 'gnu*');
    }

    /**
     * What C takes as text: it ends at the first NUL there, so a part of an id would be another's.
     * A number is refused even where the caller's file has no strict types.
     */
    public static function text(#[\SensitiveParameter] mixed $text, string $name): string
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
     * @param array<string, string|int|bool|null> $values by their names in PHP
     */
    public static function set(Handle $options, #[\SensitiveParameter] array $values): void
    {
        foreach (['binding' => 'php'] + array_filter($values, static fn ($value) => $value !== null) as $name => $value) {
            $value = self::text(\is_bool($value) ? var_export($value, true) : (string) $value, $name);
            $name = strtolower((string) preg_replace(['/Ms$/', '/[A-Z]/'], ['', '_$0'], $name));
            self::get()->{$options->type . '_set'}($options->pointer, $name, $value);
        }
    }

    /**
     * Calls a function of the library that can fail.
     *
     * @param list<mixed> $arguments those before the places of what is made and of the error
     * @param ?Call $call what it waits with
     */
    public static function call(string $function, #[\SensitiveParameter] array $arguments, ?Call $call = null): void
    {
        $library = self::get();
        $error = $library->new('dtx_error *');
        $arguments[] = FFI::addr($error);
        $step = static fn (): int => $library->$function(...$arguments);
        if (($call === null ? $step() : $call->run($step)) !== $library->DTX_OK) {
            throw self::failure((new Handle('dtx_error', $error))->json(), $call?->thrown);
        }
    }

    /**
     * Calls one that makes an object of a type, or nothing at an end.
     *
     * @param list<mixed> $arguments as of call
     */
    public static function make(string $type, string $function, array $arguments, ?Call $call = null): ?Handle
    {
        $made = self::get()->new("$type *");
        self::call($function, [...$arguments, FFI::addr($made)], $call);
        return FFI::isNull($made) ? null : new Handle($type, $made);
    }

    /**
     * Calls one that makes an object, and takes the JSON of that.
     *
     * @param list<mixed> $arguments as of call
     * @return array<string, mixed>|null nothing at an end
     */
    public static function json(string $type, string $function, array $arguments, ?Call $call = null): ?array
    {
        return self::make($type, $function, $arguments, $call)?->json();
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
