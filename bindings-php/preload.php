<?php

/*
 * For opcache.preload of php.ini: only code that is preloaded may use the library where ffi.enable is "preload".
 * With ffi.preload naming dingtalk_extcontact_ffi.h, no request reads the declarations, either.
 */

declare(strict_types=1);

foreach ([...glob(__DIR__ . '/src/*.php'), ...glob(__DIR__ . '/src/Exception/*.php')] as $file) {
    opcache_compile_file($file);
}
