<?php

declare(strict_types=1);

// What Composer makes of composer.json.
$psr4 = json_decode((string) file_get_contents(__DIR__ . '/../composer.json'), true)['autoload']['psr-4'];
spl_autoload_register(static function (string $class) use ($psr4): void {
    foreach ($psr4 as $namespace => $folder) {
        if (str_starts_with($class, $namespace)) {
            $path = str_replace('\\', '/', substr($class, \strlen($namespace)));
            $file = __DIR__ . "/../$folder$path.php";
            is_file($file) && require $file;
        }
    }
});
